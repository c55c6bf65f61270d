-- The payer's mirror of the spent bits: which claim an attestation was decided for, in each rank.

CREATE TABLE evidence_uses (
    practitioner BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    counter BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    control_number TEXT NOT NULL,
    PRIMARY KEY (practitioner, lane, counter, rank)
);

CREATE INDEX evidence_uses_by_claim ON evidence_uses (control_number);
