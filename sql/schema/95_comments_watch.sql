-- Comments on what is watched: expected runs, advice about vendors, and the views over them.
comment on table obs.expected_runs is 'Runs that are expected at a local time: set by obs.expect.';
comment on column obs.expected_runs.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.expected_runs.name is 'Name of the expectation.';
comment on column obs.expected_runs.kind is 'Kind of the runs that meet it.';
comment on column obs.expected_runs.schedule is 'Local time (02:30) or five cron fields.';
comment on column obs.expected_runs.time_zone is 'Zone of the schedule; NULL for the tenant''s.';
comment on column obs.expected_runs.grace is 'How late a run may be.';
comment on column obs.expected_runs.expected_since is 'What was due before was not expected.';
comment on column obs.expected_runs.updated_by is 'Who set it.';
comment on column obs.expected_runs.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.vendor_advice is 'What obs.advice remembers of a vendor''s limits: written only when one is hit.';
comment on column obs.vendor_advice.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.vendor_advice.vendor is 'Vendor.';
comment on column obs.vendor_advice.batch_factor is 'Factor at throttled_at; obs.advice lets it recover since.';
comment on column obs.vendor_advice.throttled_at is 'When it was last lowered.';
comment on column obs.vendor_advice.throttled_run_id is 'Run whose rate limit hits lowered it.';
comment on column obs.vendor_advice.skip_until is 'Until when an exhausted quota is not tried.';
comment on column obs.vendor_advice.exhausted_run_id is 'Run that exhausted the quota.';
comment on column obs.vendor_advice.seen is 'Rate limit hits and quota hits heeded so far, by run.';
comment on column obs.vendor_advice.updated_at is 'When the row last changed, by the server''s clock.';

comment on column obs.run_signs.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_signs.run_id is 'Run, unique within its tenant.';
comment on column obs.run_signs.kind is 'nightly, adhoc or a word of the pipeline''s own.';
comment on column obs.run_signs.status is 'running, success, partial, error, cancelled or crashed.';
comment on column obs.run_signs.started_at is 'When it started.';
comment on column obs.run_signs.finished_at is 'When the server closed it.';
comment on column obs.run_signs.is_simulation is 'A drill: in no number that people look at.';
comment on column obs.run_signs.mv_recorded is 'Whether its stage mv_refresh ended, well or not.';
comment on column obs.run_signs.last_event_at is
'When an event last came or a stage last began or ended, by the server''s clock.';
comment on column obs.run_signs.last_sign_at is 'The same, heartbeats included.';
comment on column obs.run_signs.unfolded_since is 'Since when events wait to be added up; NULL when none do.';
comment on column obs.run_signs.situation is 'running, hung, crashed, not_visible or done.';
comment on column obs.run_signs.detail is 'The same in words.';

comment on column obs.expected_run_status.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.expected_run_status.name is 'Name of the expectation.';
comment on column obs.expected_run_status.due_at is 'Last moment a run was due; NULL before the first.';
comment on column obs.expected_run_status.grace_until is 'From then on it is late.';
comment on column obs.expected_run_status.next_due_at is 'Next moment a run is due.';
comment on column obs.expected_run_status.run_id is 'Last run that started for due_at.';
comment on column obs.expected_run_status.situation is
'waiting, running, done, never_started, hung, crashed, not_visible, or blind while nobody watches.';
comment on column obs.expected_run_status.last_sign_at is 'Last sign of life of that run.';
comment on column obs.expected_run_status.detail is 'The same in words.';
comment on column obs.expected_run_status.kind is 'Kind of the runs that meet it.';
comment on column obs.expected_run_status.time_zone is 'Zone of the schedule.';
comment on column obs.expected_run_status.night is 'Local date of due_at, the date that the schedule names.';
comment on column obs.expected_run_status.starts_from is 'Earliest start of a run that counts for due_at.';
comment on column obs.expected_run_status.apparent is 'What situation would be if somebody watched.';
comment on column obs.expected_run_status.mv_recorded is 'Whether a run of due_at recorded mv_refresh.';
