-- obs._fold: takes a run's deltas and adds them to its numbers, exactly once; true when there were any
-- Called by: _close_stage, _close_run, reprice, _fold_late; all hold the lock of the run's row, so one fold a run at a time
-- Reads/Writes: stage_deltas (delete), run_stage_stats, run_vendor_usage, run_model_usage, run_error_codes, run_metrics,
-- latency_buckets, enrichment_runs; run_event_logs and vendor_error_codes (reads)
-- Raises: nothing
-- Delete and add are one statement: a rollback, a crash or a restored dump keeps each delta on exactly one side.
create or replace function obs._fold(p_tenant_id text, p_run_id text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_stages text[];
    v_any boolean;
    v_stage text;
begin
    with gone as materialized (
        delete from obs.stage_deltas d
        where d.tenant_id = p_tenant_id and d.run_id = p_run_id
        returning d.*
    ), stage as (
        insert into obs.run_stage_stats as s (
            tenant_id, run_id, stage, count_total, count_success, count_error, count_retry, count_duration, cost_usd_exact,
            tokens_input_exact, tokens_output_exact, unpriced_calls, cache_hits, events_seen, started_at, updated_at
        )
        select
            p_tenant_id, p_run_id, g.stage,
            coalesce(sum(g.n) filter (where g.kind = 'item'), 0),
            coalesce(sum(g.n) filter (where g.kind = 'item' and g.outcome = 'success'), 0),
            coalesce(sum(g.n) filter (where g.kind = 'item' and g.outcome = 'error'), 0),
            coalesce(sum(g.n) filter (where g.kind = 'retry'), 0),
            coalesce(sum(g.n) filter (where g.latency_bucket is not null), 0),
            sum(g.cost_usd), sum(g.tokens_input), sum(g.tokens_output), sum(g.unpriced_calls), sum(g.cache_hits), sum(g.n),
            min(g.first_ts), clock_timestamp()
        from gone g
        where g.stage <> ''
        group by g.stage
        order by g.stage
        on conflict (tenant_id, run_id, stage) do update set
            count_total = s.count_total + excluded.count_total,
            count_success = s.count_success + excluded.count_success,
            count_error = s.count_error + excluded.count_error,
            count_retry = s.count_retry + excluded.count_retry,
            count_duration = s.count_duration + excluded.count_duration,
            cost_usd_exact = s.cost_usd_exact + excluded.cost_usd_exact,
            tokens_input_exact = s.tokens_input_exact + excluded.tokens_input_exact,
            tokens_output_exact = s.tokens_output_exact + excluded.tokens_output_exact,
            unpriced_calls = s.unpriced_calls + excluded.unpriced_calls,
            cache_hits = s.cache_hits + excluded.cache_hits,
            events_seen = s.events_seen + excluded.events_seen,
            started_at = coalesce(s.started_at, excluded.started_at),
            revision = s.revision + (s.status <> 'running')::int,
            late_events = s.late_events + case when s.status = 'running' then 0 else excluded.events_seen end,
            updated_at = excluded.updated_at
    ), bucket as (
        insert into obs.latency_buckets as b (tenant_id, run_id, stage, outcome, bucket, n)
        select p_tenant_id, p_run_id, g.stage, g.outcome, g.latency_bucket, sum(g.n)
        from gone g
        where g.latency_bucket is not null
        group by g.stage, g.outcome, g.latency_bucket
        on conflict (tenant_id, run_id, stage, outcome, bucket) do update set n = b.n + excluded.n
    ), code as (
        insert into obs.run_error_codes as c (tenant_id, run_id, stage, kind, vendor, error_code, n)
        select p_tenant_id, p_run_id, g.stage, g.kind, g.vendor, g.error_code, sum(g.n)
        from gone g
        where g.error_code <> ''
        group by g.stage, g.kind, g.vendor, g.error_code
        on conflict (tenant_id, run_id, stage, kind, vendor, error_code) do update set n = c.n + excluded.n
    ), model as (
        insert into obs.run_model_usage as m (
            tenant_id, run_id, vendor, model, calls, errors, cost_usd_exact, tokens_input, tokens_output, tokens_cached,
            tokens_reasoning, unpriced_calls
        )
        select
            p_tenant_id, p_run_id, g.vendor, g.model,
            coalesce(sum(g.n) filter (where g.kind = 'call'), 0),
            coalesce(sum(g.n) filter (where g.kind = 'call' and g.outcome = 'error'), 0),
            sum(g.cost_usd), sum(g.tokens_input), sum(g.tokens_output), sum(g.tokens_cached), sum(g.tokens_reasoning),
            sum(g.unpriced_calls)
        from gone g
        where g.vendor <> ''
        group by g.vendor, g.model
        on conflict (tenant_id, run_id, vendor, model) do update set
            calls = m.calls + excluded.calls,
            errors = m.errors + excluded.errors,
            cost_usd_exact = m.cost_usd_exact + excluded.cost_usd_exact,
            tokens_input = m.tokens_input + excluded.tokens_input,
            tokens_output = m.tokens_output + excluded.tokens_output,
            tokens_cached = m.tokens_cached + excluded.tokens_cached,
            tokens_reasoning = m.tokens_reasoning + excluded.tokens_reasoning,
            unpriced_calls = m.unpriced_calls + excluded.unpriced_calls
    ), vendor as (
        insert into obs.run_vendor_usage as v (
            tenant_id, run_id, vendor, calls, errors, rate_limit_hits, quota_hits, cost_usd_exact, tokens_input, tokens_output,
            unpriced_calls, cache_hits, updated_at
        )
        select
            p_tenant_id, p_run_id, g.vendor,
            coalesce(sum(g.n) filter (where g.kind = 'call'), 0),
            coalesce(sum(g.n) filter (where g.kind = 'call' and g.outcome = 'error'), 0),
            coalesce(sum(g.n) filter (where g.meaning = 'rate_limit'), 0),
            coalesce(sum(g.n) filter (where g.meaning = 'quota'), 0),
            sum(g.cost_usd), sum(g.tokens_input), sum(g.tokens_output), sum(g.unpriced_calls), sum(g.cache_hits),
            clock_timestamp()
        from (
            select d.*, case when d.kind = 'call' then obs._error_meaning(p_tenant_id, d.vendor, d.error_code) end as meaning
            from gone d
            where d.vendor <> ''
        ) g
        group by g.vendor
        on conflict (tenant_id, run_id, vendor) do update set
            calls = v.calls + excluded.calls,
            errors = v.errors + excluded.errors,
            rate_limit_hits = v.rate_limit_hits + excluded.rate_limit_hits,
            quota_hits = v.quota_hits + excluded.quota_hits,
            cost_usd_exact = v.cost_usd_exact + excluded.cost_usd_exact,
            tokens_input = v.tokens_input + excluded.tokens_input,
            tokens_output = v.tokens_output + excluded.tokens_output,
            unpriced_calls = v.unpriced_calls + excluded.unpriced_calls,
            cache_hits = v.cache_hits + excluded.cache_hits,
            revision = v.revision + 1,
            updated_at = excluded.updated_at
    ), fact as (
        insert into obs.run_metrics as m (tenant_id, run_id, name, label, value, updated_at)
        select p_tenant_id, p_run_id, f.name, f.label, sum(f.n), clock_timestamp()
        from (
            select 'bucket' as name, g.score_bucket as label, g.n from gone g where g.score_bucket <> ''
            union all
            select 'email_status', g.email_status, g.n from gone g where g.email_status <> ''
        ) f
        group by f.name, f.label
        on conflict (tenant_id, run_id, name, label) do update
            set value = m.value + excluded.value, updated_at = excluded.updated_at
    ), run as (
        update obs.enrichment_runs r
        set last_event_at = greatest(r.last_event_at, g.last_received_at),
            last_event_ts = greatest(r.last_event_ts, g.last_ts),
            late_events = r.late_events + case when r.status = 'running' then 0 else g.n end,
            revision = r.revision + (r.status <> 'running')::int,
            compacted_at = null,
            compacted_upto = null
        from (select max(d.last_received_at) as last_received_at, max(d.last_ts) as last_ts, sum(d.n) as n from gone d) g
        where r.tenant_id = p_tenant_id and r.run_id = p_run_id and g.n is not null
    )
    select count(*) > 0, array_agg(distinct g.stage) filter (where g.latency_bucket is not null)
    into v_any, v_stages
    from gone g;
    foreach v_stage in array coalesce(v_stages, '{}') loop
        perform obs._refresh_percentiles(p_tenant_id, p_run_id, v_stage);
    end loop;
    return v_any;
end
$$;
comment on function obs._fold(text, text) is
'Takes a run''s deltas and adds them to its numbers, exactly once; true when there were any.';
