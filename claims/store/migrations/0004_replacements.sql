-- What came after payment: which claim a replacement or void took the place of, and what remains to be settled of it.

CREATE TABLE replacements (
    control_number TEXT PRIMARY KEY REFERENCES claims (control_number),
    replaces TEXT NOT NULL UNIQUE REFERENCES claims (control_number),
    lineage TEXT NOT NULL REFERENCES claims (control_number),
    at BIGINT NOT NULL
);

CREATE INDEX replacements_by_lineage ON replacements (lineage);

CREATE TABLE offsets (
    control_number TEXT PRIMARY KEY REFERENCES claims (control_number),
    billing_npi TEXT NOT NULL,
    amount BIGINT NOT NULL,
    remittance TEXT NOT NULL REFERENCES remittances (trace),
    at BIGINT NOT NULL
);
