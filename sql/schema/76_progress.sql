-- How far work on a run has come: when the tick last tried to draw its QA sample, so that one that cannot be drawn yet keeps no
-- other from its turn, and up to which event it is thinned.
alter table obs.enrichment_runs add column if not exists qa_tried_at timestamptz;
alter table obs.enrichment_runs add column if not exists thinned_upto uuid;
do $step$
begin perform obs._record_step('76_progress', '74e9e798e0d37f822154bc043280ef8a2fba746707e5783f03baf4e7d0569c48');
end $step$;
