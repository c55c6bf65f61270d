-- Rolls of invoices as they were anchored, and each claim's place in one; the claims that are due for settlement in a batch,
-- with all that a batch takes of them; and where each of them stands.

CREATE TABLE invoice_rolls (
    hash TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    book TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    anchored TEXT NOT NULL
);

CREATE INDEX invoice_rolls_by_source ON invoice_rolls (source_sha256);

CREATE TABLE invoice_places (
    control_number TEXT NOT NULL,
    roll TEXT NOT NULL REFERENCES invoice_rolls (hash),
    position BIGINT NOT NULL,
    claim_id TEXT NOT NULL,
    PRIMARY KEY (control_number, roll)
);

CREATE INDEX invoice_places_by_claim_id ON invoice_places (claim_id);

CREATE TABLE due_claims (
    control_number TEXT NOT NULL,
    revision BIGINT NOT NULL,
    claim_id TEXT NOT NULL,
    roll TEXT NOT NULL REFERENCES invoice_rolls (hash),
    position BIGINT NOT NULL,
    rule_pack TEXT NOT NULL,
    trace TEXT NOT NULL,
    terms TEXT NOT NULL,
    records TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (control_number, revision)
);

CREATE TABLE settlements (
    control_number TEXT NOT NULL,
    revision BIGINT NOT NULL,
    state TEXT NOT NULL,
    batch TEXT,
    position BIGINT,
    reason TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (control_number, revision)
);

CREATE INDEX settlements_by_state ON settlements (state, batch);

CREATE TABLE settlement_batches (
    batch TEXT PRIMARY KEY,
    intent TEXT NOT NULL,
    claims BIGINT NOT NULL,
    providers BIGINT NOT NULL,
    rolls BIGINT NOT NULL,
    sections BIGINT NOT NULL,
    size BIGINT NOT NULL,
    floor BIGINT NOT NULL,
    estimate BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE INDEX payment_parts_by_batch ON payment_parts (batch);

CREATE TABLE due_revisions (
    control_number TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    paid_control_number TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    invoice TEXT NOT NULL,
    first_terms TEXT NOT NULL,
    terms TEXT NOT NULL,
    paid_before BIGINT NOT NULL,
    rule_pack TEXT NOT NULL,
    trace TEXT NOT NULL,
    records TEXT NOT NULL,
    due_at BIGINT NOT NULL
);

CREATE INDEX due_revisions_by_claim_id ON due_revisions (claim_id);

CREATE TABLE revision_states (
    control_number TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    intent TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX revision_states_by_state ON revision_states (state);
