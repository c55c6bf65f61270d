-- What was used outside of the network counts apart where a plan says so.

ALTER TABLE accumulator_totals ADD COLUMN out_of_network_deductible BIGINT NOT NULL DEFAULT 0;

ALTER TABLE accumulator_totals ADD COLUMN out_of_network_out_of_pocket BIGINT NOT NULL DEFAULT 0;

ALTER TABLE accumulator_moves ADD COLUMN out_of_network_deductible BIGINT NOT NULL DEFAULT 0;

ALTER TABLE accumulator_moves ADD COLUMN out_of_network_out_of_pocket BIGINT NOT NULL DEFAULT 0;
