-- Statements are parted by blank lines. Portable SQL alone: money is BIGINT cents, an instant BIGINT Unix seconds, a day
-- ISO text, bytes small hexadecimal text, an unsigned 64-bit number twenty digits of text.

CREATE TABLE store_facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE control_numbers (
    kind TEXT PRIMARY KEY,
    number BIGINT NOT NULL CHECK (number > 0)
);

CREATE TABLE sequences (
    practitioner BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    counter BIGINT NOT NULL CHECK (counter > 0),
    PRIMARY KEY (practitioner, lane)
);

CREATE TABLE interchanges (
    sender TEXT NOT NULL,
    control_number TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    received TEXT NOT NULL,
    PRIMARY KEY (sender, control_number, sha256)
);

CREATE TABLE claims (
    control_number TEXT PRIMARY KEY,
    number TEXT NOT NULL,
    billing_npi TEXT NOT NULL,
    claim_id TEXT,
    source_sha256 TEXT NOT NULL,
    received TEXT NOT NULL,
    status TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    claim TEXT NOT NULL
);

CREATE INDEX claims_by_number ON claims (number);

CREATE INDEX claims_by_claim_id ON claims (claim_id);

CREATE INDEX claims_by_status ON claims (status);

CREATE INDEX claims_by_source ON claims (source_sha256);

CREATE TABLE claim_statuses (
    control_number TEXT NOT NULL REFERENCES claims (control_number),
    position BIGINT NOT NULL,
    status TEXT NOT NULL,
    at BIGINT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (control_number, position)
);

CREATE TABLE records (
    digest TEXT PRIMARY KEY,
    identifier TEXT NOT NULL,
    person TEXT NOT NULL,
    provider_npi TEXT NOT NULL,
    practitioner BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    counter BIGINT NOT NULL,
    signed BOOLEAN NOT NULL,
    recorded_at BIGINT NOT NULL,
    record TEXT NOT NULL
);

CREATE INDEX records_by_identifier ON records (identifier);

CREATE INDEX records_by_sequence ON records (practitioner, lane, counter);

CREATE INDEX records_by_person ON records (person);

CREATE TABLE decisions (
    control_number TEXT NOT NULL REFERENCES claims (control_number),
    revision BIGINT NOT NULL CHECK (revision > 0),
    decided_at BIGINT NOT NULL,
    rule_pack TEXT NOT NULL,
    inputs TEXT NOT NULL,
    decision TEXT NOT NULL,
    PRIMARY KEY (control_number, revision)
);

CREATE TABLE decision_batches (
    identifier TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    deadline BIGINT NOT NULL,
    signed_at BIGINT NOT NULL,
    signatures TEXT NOT NULL,
    batch TEXT NOT NULL
);

CREATE TABLE decision_batch_entries (
    batch TEXT NOT NULL REFERENCES decision_batches (identifier),
    position BIGINT NOT NULL,
    control_number TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (batch, position),
    FOREIGN KEY (control_number, revision) REFERENCES decisions (control_number, revision)
);

CREATE INDEX decision_batch_entries_by_decision ON decision_batch_entries (control_number, revision);

CREATE TABLE accumulator_totals (
    person TEXT NOT NULL,
    family TEXT NOT NULL,
    year BIGINT NOT NULL,
    deductible BIGINT NOT NULL CHECK (deductible >= 0),
    out_of_pocket BIGINT NOT NULL CHECK (out_of_pocket >= 0),
    PRIMARY KEY (person, family, year)
);

CREATE INDEX accumulator_totals_by_family ON accumulator_totals (family, year);

CREATE TABLE accumulator_moves (
    source TEXT NOT NULL,
    revision BIGINT NOT NULL,
    reversal BOOLEAN NOT NULL,
    person TEXT NOT NULL,
    family TEXT NOT NULL,
    year BIGINT NOT NULL,
    deductible BIGINT NOT NULL,
    out_of_pocket BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (source, revision, reversal, person, family, year)
);

CREATE INDEX accumulator_moves_by_person ON accumulator_moves (person, year);

CREATE TABLE past_lines (
    control_number TEXT NOT NULL,
    position BIGINT NOT NULL,
    person TEXT NOT NULL,
    billing_npi TEXT NOT NULL,
    procedure_code TEXT NOT NULL,
    begins TEXT NOT NULL,
    ends TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (control_number, position)
);

CREATE INDEX past_lines_by_procedure ON past_lines (person, procedure_code);

CREATE INDEX past_lines_by_provider ON past_lines (person, billing_npi);

CREATE TABLE policies (
    policy TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    plan TEXT NOT NULL,
    year BIGINT NOT NULL,
    benefit_limit BIGINT NOT NULL CHECK (benefit_limit >= 0),
    reserve BIGINT NOT NULL CHECK (reserve >= 0),
    issued_at BIGINT NOT NULL
);

CREATE INDEX policies_by_person ON policies (person, year);

CREATE TABLE members (
    person TEXT PRIMARY KEY,
    member_number TEXT NOT NULL,
    member TEXT NOT NULL
);

CREATE INDEX members_by_number ON members (member_number);

CREATE TABLE providers (
    npi TEXT PRIMARY KEY,
    practitioner BIGINT NOT NULL,
    address TEXT NOT NULL,
    signing_key TEXT NOT NULL,
    provider TEXT NOT NULL
);

CREATE INDEX providers_by_practitioner ON providers (practitioner);

CREATE INDEX providers_by_address ON providers (address);

CREATE TABLE intents (
    idempotency_key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    claim TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'signed', 'sent', 'confirmed', 'failed')),
    failure TEXT NOT NULL
);

CREATE INDEX intents_by_state ON intents (state);

CREATE INDEX intents_by_claim ON intents (claim);

CREATE TABLE nonces (
    sender TEXT NOT NULL,
    nonce BIGINT NOT NULL CHECK (nonce >= 0),
    intent TEXT NOT NULL REFERENCES intents (idempotency_key),
    PRIMARY KEY (sender, nonce),
    UNIQUE (sender, nonce, intent)
);

CREATE TABLE transactions (
    transaction_hash TEXT PRIMARY KEY,
    intent TEXT NOT NULL,
    sender TEXT NOT NULL,
    nonce BIGINT NOT NULL,
    raw TEXT NOT NULL,
    gas BIGINT NOT NULL,
    max_fee BIGINT NOT NULL,
    max_priority_fee BIGINT NOT NULL,
    signed_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('signed', 'sent', 'confirmed', 'failed', 'replaced')),
    sent_at BIGINT,
    block BIGINT,
    FOREIGN KEY (sender, nonce, intent) REFERENCES nonces (sender, nonce, intent)
);

CREATE INDEX transactions_by_intent ON transactions (intent);

CREATE INDEX transactions_by_nonce ON transactions (sender, nonce);

CREATE TABLE payments (
    identifier TEXT PRIMARY KEY,
    payee TEXT NOT NULL,
    paid BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    transaction_hash TEXT NOT NULL,
    block BIGINT NOT NULL,
    day TEXT NOT NULL
);

CREATE INDEX payments_by_transaction ON payments (transaction_hash);

CREATE TABLE payment_claims (
    payment TEXT NOT NULL REFERENCES payments (identifier),
    position BIGINT NOT NULL,
    claim_id TEXT NOT NULL,
    PRIMARY KEY (payment, position)
);

CREATE INDEX payment_claims_by_claim ON payment_claims (claim_id);

CREATE TABLE remittances (
    trace TEXT PRIMARY KEY,
    payment TEXT UNIQUE REFERENCES payments (identifier),
    interchange_number BIGINT NOT NULL,
    group_number BIGINT NOT NULL,
    transaction_number BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE remittance_claims (
    remittance TEXT NOT NULL REFERENCES remittances (trace),
    position BIGINT NOT NULL,
    control_number TEXT NOT NULL,
    PRIMARY KEY (remittance, position)
);

CREATE INDEX remittance_claims_by_claim ON remittance_claims (control_number);
