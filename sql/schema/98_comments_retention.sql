comment on table obs.run_holds is 'Legal holds: a run that is held keeps its raw events beyond their window.';
comment on column obs.run_holds.tenant_id is 'The run''s tenant.';
comment on column obs.run_holds.hold_id is 'Number of the hold.';
comment on column obs.run_holds.run_id is 'The run that is held.';
comment on column obs.run_holds.reason is 'Why, without personal data.';
comment on column obs.run_holds.held_by is 'Who holds it.';
comment on column obs.run_holds.held_at is 'Since when.';
comment on column obs.run_holds.released_by is 'Who released it; NULL while it is held.';
comment on column obs.run_holds.released_at is 'When; NULL while it is held.';
comment on column obs.enrichment_runs.expired_at is
'When the run''s raw events were found past their window: from then on events that arrive are quarantined as expired.';
comment on column obs.enrichment_runs.raw_gone_at is
'When the last of its raw events had left, by batches or with their day; its numbers stay.';
