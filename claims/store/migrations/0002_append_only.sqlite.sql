-- What was decided, moved and reserved stays as it was written, whoever opens the file. A trigger's text differs from one
-- database to the next, so this step has a file for each.

CREATE TRIGGER claim_statuses_are_not_changed BEFORE UPDATE ON claim_statuses
BEGIN SELECT RAISE(ABORT, 'rows of claim_statuses are never changed'); END;

CREATE TRIGGER claim_statuses_are_not_removed BEFORE DELETE ON claim_statuses
BEGIN SELECT RAISE(ABORT, 'rows of claim_statuses are never removed'); END;

CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'rows of decisions are never changed'); END;

CREATE TRIGGER decisions_are_not_removed BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'rows of decisions are never removed'); END;

CREATE TRIGGER decision_batches_are_not_changed BEFORE UPDATE ON decision_batches
BEGIN SELECT RAISE(ABORT, 'rows of decision_batches are never changed'); END;

CREATE TRIGGER decision_batches_are_not_removed BEFORE DELETE ON decision_batches
BEGIN SELECT RAISE(ABORT, 'rows of decision_batches are never removed'); END;

CREATE TRIGGER decision_batch_entries_are_not_changed BEFORE UPDATE ON decision_batch_entries
BEGIN SELECT RAISE(ABORT, 'rows of decision_batch_entries are never changed'); END;

CREATE TRIGGER decision_batch_entries_are_not_removed BEFORE DELETE ON decision_batch_entries
BEGIN SELECT RAISE(ABORT, 'rows of decision_batch_entries are never removed'); END;

CREATE TRIGGER accumulator_moves_are_not_changed BEFORE UPDATE ON accumulator_moves
BEGIN SELECT RAISE(ABORT, 'rows of accumulator_moves are never changed'); END;

CREATE TRIGGER accumulator_moves_are_not_removed BEFORE DELETE ON accumulator_moves
BEGIN SELECT RAISE(ABORT, 'rows of accumulator_moves are never removed'); END;

CREATE TRIGGER nonces_are_not_changed BEFORE UPDATE ON nonces
BEGIN SELECT RAISE(ABORT, 'rows of nonces are never changed'); END;

CREATE TRIGGER nonces_are_not_removed BEFORE DELETE ON nonces
BEGIN SELECT RAISE(ABORT, 'rows of nonces are never removed'); END;
