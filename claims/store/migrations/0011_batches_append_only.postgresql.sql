-- What was anchored, and what was due and batched, stays as it was written, whoever opens the database.

CREATE TRIGGER invoice_rolls_are_not_changed BEFORE UPDATE ON invoice_rolls
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER invoice_rolls_are_not_removed BEFORE DELETE ON invoice_rolls
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER invoice_rolls_are_not_emptied BEFORE TRUNCATE ON invoice_rolls
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER invoice_places_are_not_changed BEFORE UPDATE ON invoice_places
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER invoice_places_are_not_removed BEFORE DELETE ON invoice_places
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER invoice_places_are_not_emptied BEFORE TRUNCATE ON invoice_places
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER due_claims_are_not_changed BEFORE UPDATE ON due_claims
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER due_claims_are_not_removed BEFORE DELETE ON due_claims
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER due_claims_are_not_emptied BEFORE TRUNCATE ON due_claims
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER settlement_batches_are_not_changed BEFORE UPDATE ON settlement_batches
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER settlement_batches_are_not_removed BEFORE DELETE ON settlement_batches
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER settlement_batches_are_not_emptied BEFORE TRUNCATE ON settlement_batches
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER due_revisions_are_not_changed BEFORE UPDATE ON due_revisions
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER due_revisions_are_not_removed BEFORE DELETE ON due_revisions
FOR EACH ROW EXECUTE FUNCTION refuse_to_change();

CREATE TRIGGER due_revisions_are_not_emptied BEFORE TRUNCATE ON due_revisions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change();
