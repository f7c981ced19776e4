-- When something about agreements was last said or unsaid: found at once, however many signatures there are.
CREATE INDEX signature_said ON signature (recorded_from);
CREATE INDEX signature_unsaid ON signature (recorded_to) WHERE recorded_to <> 9223372036854775807;
CREATE INDEX withdrawal_said ON withdrawal (recorded_from);
CREATE INDEX withdrawal_unsaid ON withdrawal (recorded_to) WHERE recorded_to <> 9223372036854775807;
CREATE INDEX organisation_key_said ON organisation_key (recorded_from);
CREATE INDEX organisation_key_unsaid ON organisation_key (recorded_to) WHERE recorded_to <> 9223372036854775807;
