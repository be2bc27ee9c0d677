-- What the tables of runbooks and their columns are.
comment on table obs.runbooks is 'Runbooks: what to look at and what to do, one an alert code.';
comment on column obs.runbooks.runbook_code is 'Code, as in alert_rules.runbook_code.';
comment on column obs.runbooks.title is 'What is wrong, in a few words.';
comment on column obs.runbooks.unit is
'What the alert''s value counts: number, ratio (0 to 1, shown as percent), usd, seconds.';
comment on column obs.runbooks.symptom is 'What is seen.';
comment on column obs.runbooks.checks is 'What to look at, step by step.';
comment on column obs.runbooks.mitigation is 'What to do, step by step; numbered on from the checks.';
comment on column obs.runbooks.next_step is 'The first thing to do while no cause is known.';
comment on column obs.runbooks.version is 'Goes up whenever the text changes.';
comment on column obs.runbooks.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.runbook_checks is 'Checks that obs.diagnose runs for a runbook.';
comment on column obs.runbook_checks.runbook_code is 'Runbook.';
comment on column obs.runbook_checks.check_name is
'Name of the check; the function obs._check_<name>(obs.alerts) answers it.';
comment on column obs.runbook_checks.place is 'Its place in the order of checks.';
comment on column obs.runbook_checks.question is 'What it asks.';

comment on table obs.host_snapshots is
'What relations of the host looked like when a stage or run ended: checksums, never contents.';
comment on column obs.host_snapshots.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.host_snapshots.run_id is 'Run that had just ended, or whose view had just been refreshed.';
comment on column obs.host_snapshots.relation is 'Qualified name of the relation, as a setting host_… names it.';
comment on column obs.host_snapshots.fingerprint is 'MD5 over definition, columns and, of a table, the tenant''s rows.';
comment on column obs.host_snapshots.parts is
'The same by part, so that a diagnosis can say what changed; NULL parts could not be read.';
comment on column obs.host_snapshots.taken_at is 'When it was taken, by the server''s clock.';
