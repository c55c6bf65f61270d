-- What clinicians and billing providers did before is asked of all patients together, by clinician, taxonomy and day.

ALTER TABLE past_lines ADD COLUMN rendering_npi TEXT NOT NULL DEFAULT '';

ALTER TABLE past_lines ADD COLUMN taxonomy TEXT NOT NULL DEFAULT '';

UPDATE past_lines SET rendering_npi = COALESCE(line::json ->> 'rendering_npi', '');

CREATE INDEX past_lines_by_clinician ON past_lines (rendering_npi, begins);

CREATE INDEX past_lines_by_billing_day ON past_lines (billing_npi, begins);

CREATE INDEX past_lines_by_taxonomy ON past_lines (taxonomy, procedure_code, begins);
