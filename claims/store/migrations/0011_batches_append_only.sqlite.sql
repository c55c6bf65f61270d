-- What was anchored, and what was due and batched, stays as it was written, whoever opens the file.

CREATE TRIGGER invoice_rolls_are_not_changed BEFORE UPDATE ON invoice_rolls
BEGIN SELECT RAISE(ABORT, 'rows of invoice_rolls are never changed'); END;

CREATE TRIGGER invoice_rolls_are_not_removed BEFORE DELETE ON invoice_rolls
BEGIN SELECT RAISE(ABORT, 'rows of invoice_rolls are never removed'); END;

CREATE TRIGGER invoice_places_are_not_changed BEFORE UPDATE ON invoice_places
BEGIN SELECT RAISE(ABORT, 'rows of invoice_places are never changed'); END;

CREATE TRIGGER invoice_places_are_not_removed BEFORE DELETE ON invoice_places
BEGIN SELECT RAISE(ABORT, 'rows of invoice_places are never removed'); END;

CREATE TRIGGER due_claims_are_not_changed BEFORE UPDATE ON due_claims
BEGIN SELECT RAISE(ABORT, 'rows of due_claims are never changed'); END;

CREATE TRIGGER due_claims_are_not_removed BEFORE DELETE ON due_claims
BEGIN SELECT RAISE(ABORT, 'rows of due_claims are never removed'); END;

CREATE TRIGGER settlement_batches_are_not_changed BEFORE UPDATE ON settlement_batches
BEGIN SELECT RAISE(ABORT, 'rows of settlement_batches are never changed'); END;

CREATE TRIGGER settlement_batches_are_not_removed BEFORE DELETE ON settlement_batches
BEGIN SELECT RAISE(ABORT, 'rows of settlement_batches are never removed'); END;

CREATE TRIGGER due_revisions_are_not_changed BEFORE UPDATE ON due_revisions
BEGIN SELECT RAISE(ABORT, 'rows of due_revisions are never changed'); END;

CREATE TRIGGER due_revisions_are_not_removed BEFORE DELETE ON due_revisions
BEGIN SELECT RAISE(ABORT, 'rows of due_revisions are never removed'); END;
