-- What was decided, moved and reserved stays as it was written, whoever opens the database. A trigger's text differs from
-- one database to the next, so this step has a file for each. CL001 is this store's own SQLSTATE: it marks a message that
-- quotes no row.

CREATE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'CL001', TABLE = TG_TABLE_NAME, MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are never '
        || CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END;
END;
$$;

CREATE TRIGGER claim_statuses_are_not_changed BEFORE UPDATE ON claim_statuses
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER claim_statuses_are_not_removed BEFORE DELETE ON claim_statuses
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER claim_statuses_are_not_emptied BEFORE TRUNCATE ON claim_statuses
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decisions_are_not_removed BEFORE DELETE ON decisions
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decisions_are_not_emptied BEFORE TRUNCATE ON decisions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decision_batches_are_not_changed BEFORE UPDATE ON decision_batches
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decision_batches_are_not_removed BEFORE DELETE ON decision_batches
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decision_batches_are_not_emptied BEFORE TRUNCATE ON decision_batches
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decision_batch_entries_are_not_changed BEFORE UPDATE ON decision_batch_entries
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decision_batch_entries_are_not_removed BEFORE DELETE ON decision_batch_entries
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER decision_batch_entries_are_not_emptied BEFORE TRUNCATE ON decision_batch_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER accumulator_moves_are_not_changed BEFORE UPDATE ON accumulator_moves
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER accumulator_moves_are_not_removed BEFORE DELETE ON accumulator_moves
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER accumulator_moves_are_not_emptied BEFORE TRUNCATE ON accumulator_moves
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER nonces_are_not_changed BEFORE UPDATE ON nonces
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER nonces_are_not_removed BEFORE DELETE ON nonces
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER nonces_are_not_emptied BEFORE TRUNCATE ON nonces
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();
