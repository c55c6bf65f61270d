-- What a home has read of the chain: it reads on from there, and takes back what a reorganisation took back. A payment that
-- an 835 told of and that the chain took back stays, withdrawn, until it is mined again.

CREATE TABLE chain_cursors (
    contract TEXT PRIMARY KEY,
    begun BIGINT NOT NULL,
    scanned BIGINT NOT NULL,
    acted BIGINT NOT NULL
);

CREATE TABLE chain_blocks (
    number BIGINT PRIMARY KEY,
    hash TEXT NOT NULL,
    parent TEXT NOT NULL
);

CREATE TABLE chain_logs (
    block_hash TEXT NOT NULL,
    log_index BIGINT NOT NULL,
    block BIGINT NOT NULL,
    at BIGINT NOT NULL,
    contract TEXT NOT NULL,
    transaction_hash TEXT NOT NULL,
    topics TEXT NOT NULL,
    data TEXT NOT NULL,
    payment TEXT,
    PRIMARY KEY (block_hash, log_index)
);

CREATE INDEX chain_logs_by_block ON chain_logs (block);

CREATE INDEX chain_logs_by_payment ON chain_logs (payment);

ALTER TABLE payments ADD COLUMN netted BIGINT NOT NULL DEFAULT 0;

ALTER TABLE payments ADD COLUMN withdrawn BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX payments_by_block ON payments (block);

CREATE TABLE payment_parts (
    payment TEXT NOT NULL REFERENCES payments (identifier),
    place BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    paid_before BIGINT NOT NULL,
    claim TEXT,
    batch TEXT,
    position BIGINT,
    PRIMARY KEY (payment, place)
);
