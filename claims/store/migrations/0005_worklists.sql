-- What somebody still has to do, or did: files and claims that intake turned away, 835s that were posted, claims that a
-- person decided; and what claims have taken of prior authorisations.

CREATE TABLE rejections (
    sha256 TEXT NOT NULL,
    position BIGINT NOT NULL,
    file TEXT NOT NULL,
    number TEXT NOT NULL,
    cause TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (sha256, position)
);

CREATE INDEX rejections_by_file ON rejections (file);

CREATE TABLE postings (
    trace TEXT PRIMARY KEY,
    payment TEXT,
    amount BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    posted_at BIGINT NOT NULL
);

CREATE TABLE posting_claims (
    trace TEXT NOT NULL REFERENCES postings (trace),
    position BIGINT NOT NULL,
    control_number TEXT NOT NULL,
    PRIMARY KEY (trace, position)
);

CREATE INDEX posting_claims_by_claim ON posting_claims (control_number);

CREATE TABLE reviews (
    control_number TEXT NOT NULL,
    revision BIGINT NOT NULL,
    signature TEXT NOT NULL,
    review TEXT NOT NULL,
    PRIMARY KEY (control_number, revision),
    FOREIGN KEY (control_number, revision) REFERENCES decisions (control_number, revision)
);

CREATE TABLE authorization_uses (
    control_number TEXT NOT NULL,
    line BIGINT NOT NULL,
    number TEXT NOT NULL,
    units TEXT NOT NULL,
    PRIMARY KEY (control_number, line)
);

CREATE INDEX authorization_uses_by_number ON authorization_uses (number);
