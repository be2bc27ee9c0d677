-- obs._metric_families: the metrics of metrics_text in their order: name, type, unit, and what each says
-- Called by: metrics_text
-- Reads/Writes: nothing
-- Raises: nothing
-- Names follow OpenMetrics: the unit is the last word, seconds and not milliseconds, `_total` is added to counters.
create or replace function obs._metric_families()
returns table (place bigint, family text, type text, unit text, help text)
language sql immutable
begin atomic
    select
        row_number() over () as place,
        f.*
    from (
        values
        ('obs_run_status', 'gauge', '', '1 for the status that the last run has.'),
        ('obs_run_started_timestamp_seconds', 'gauge', 'seconds', 'When the last run started.'),
        ('obs_run_ended_timestamp_seconds', 'gauge', 'seconds', 'When the last run ended; absent while it runs.'),
        ('obs_run_duration_seconds', 'gauge', 'seconds', 'How long the last run took, or has been running.'),
        ('obs_run_items', 'gauge', '', 'Items of all stages of the last run, by outcome.'),
        ('obs_run_cost_usd', 'gauge', 'usd', 'What the last run cost in US dollars.'),
        ('obs_run_unpriced_calls', 'gauge', '', 'Vendor calls of the last run without a price.'),
        ('obs_run_complete', 'gauge', '', '1 when all events that were announced have come; absent before the first stage.'),
        ('obs_stage_items', 'gauge', '', 'Items of a stage of the last run, by outcome.'),
        ('obs_stage_item_duration_seconds', 'summary', 'seconds', 'Durations of the items of a stage of the last run.'),
        ('obs_stage_cost_usd', 'gauge', 'usd', 'What a stage of the last run cost in US dollars.'),
        ('obs_vendor_calls', 'gauge', '', 'Calls to a vendor in the last run.'),
        ('obs_vendor_errors', 'gauge', '', 'Calls to a vendor that failed in the last run.'),
        ('obs_vendor_rate_limit_hits', 'gauge', '', 'Calls in the last run that a vendor refused as too many.'),
        ('obs_vendor_quota_exhausted', 'gauge', '', '1 when a vendor said in the last run that the quota is used up.'),
        ('obs_vendor_cost_usd', 'gauge', 'usd', 'What a vendor cost in the last run, in US dollars.'),
        ('obs_runs', 'counter', '', 'Runs that have ended, by status.'),
        ('obs_alerts_active', 'gauge', '', 'Alerts that are not over, by severity.'),
        ('obs_job_runs', 'counter', '', 'How often a scheduled job of obs has run.'),
        ('obs_job_last_success_timestamp_seconds', 'gauge', 'seconds', 'When a scheduled job of obs last succeeded.'),
        ('obs_job_overdue', 'gauge', '', '1 when a scheduled job of obs has not succeeded for longer than it may.'),
        ('obs_runs_left_out', 'gauge', '', 'Last runs that are not shown here, to stay below 10000 series.')
    ) as f (family, type, unit, help);
end;
comment on function obs._metric_families() is 'The metrics of metrics_text: name, type, unit, help.';
