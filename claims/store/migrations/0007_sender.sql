-- Who sends with a key at this moment, and until when without word from it; and transactions that only use a nonce up.

CREATE TABLE sender_leases (
    sender TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    label TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

ALTER TABLE transactions ADD COLUMN cancels BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX transactions_by_state ON transactions (sender, state);
