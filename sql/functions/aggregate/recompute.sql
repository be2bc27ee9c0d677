-- obs.recompute: a run's stage numbers counted afresh from its raw events, beside what is stored
-- Called by: administrators, ops, tests
-- Reads/Writes: run_event_logs, run_stage_stats, enrichment_runs, event_days; changes nothing
-- Raises: OB002 unknown run, OB004 ambiguous run id
-- A second way to the same numbers, by percentile_disc and sums over raw rows: what it shares with the fold are the
-- events alone. Where raw events are thinned or dropped it returns what is stored, with source rollup.
create or replace function obs.recompute(p_run_id text, p_tenant_id text default null)
returns table (
    stage text, count_total bigint, count_success bigint, count_error bigint, count_retry bigint,
    p50_ms int, p95_ms int, p99_ms int,
    p50_success_ms int, p95_success_ms int, p99_success_ms int, cost_usd_exact numeric, tokens_input bigint,
    tokens_output bigint, source text, matches boolean
)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._readable_tenants());
    v_run obs.enrichment_runs;
begin
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    if v_run.thinned_at is not null or v_run.expired_at is not null
        or exists (select from obs.event_days d where d.run_day = v_run.run_day and d.dropped_at is not null)
    then
        return query
        select s.stage::text, s.count_total::bigint, s.count_success::bigint, s.count_error::bigint, s.count_retry::bigint,
            s.p50_ms, s.p95_ms, s.p99_ms, s.p50_success_ms, s.p95_success_ms, s.p99_success_ms, s.cost_usd_exact,
            s.tokens_input_exact, s.tokens_output_exact, 'rollup', true
        from obs.run_stage_stats s
        where s.tenant_id = v_tenant and s.run_id = p_run_id
        order by 1;
        return;
    end if;
    return query
    with raw as (
        select
            e.stage,
            count(*) filter (where e.kind = 'item') as count_total,
            count(*) filter (where e.kind = 'item' and e.status = 'success') as count_success,
            count(*) filter (where e.kind = 'item' and e.status = 'error') as count_error,
            count(*) filter (where e.kind = 'retry') as count_retry,
            percentile_disc(array[0.5, 0.95, 0.99]) within group (order by e.duration_ms) filter (where e.kind = 'item') as p_all,
            percentile_disc(array[0.5, 0.95, 0.99]) within group (order by e.duration_ms)
                filter (where e.kind = 'item' and e.status = 'success') as p_success,
            coalesce(sum(e.cost_usd), 0) as cost_usd,
            coalesce(sum(e.tokens_input), 0)::bigint as tokens_input,
            coalesce(sum(e.tokens_output), 0)::bigint as tokens_output
        from obs.run_event_logs e
        where e.tenant_id = v_tenant and e.run_id = p_run_id and e.run_day = v_run.run_day
          and e.stage is not null and e.kind <> 'lifecycle'
        group by e.stage
    )
    select coalesce(r.stage, s.stage::text), coalesce(r.count_total, 0), coalesce(r.count_success, 0), coalesce(r.count_error, 0),
        coalesce(r.count_retry, 0), r.p_all[1], r.p_all[2], r.p_all[3], r.p_success[1], r.p_success[2], r.p_success[3],
        coalesce(r.cost_usd, 0), coalesce(r.tokens_input, 0), coalesce(r.tokens_output, 0), 'raw',
        s.stage is not null and (
            coalesce(r.count_total, 0), coalesce(r.count_success, 0), coalesce(r.count_error, 0), coalesce(r.count_retry, 0),
            r.p_all[1], r.p_all[2], r.p_all[3], r.p_success[1], r.p_success[2], r.p_success[3],
            coalesce(r.cost_usd, 0), coalesce(r.tokens_input, 0), coalesce(r.tokens_output, 0)
        ) is not distinct from (
            s.count_total, s.count_success, s.count_error, s.count_retry, s.p50_ms, s.p95_ms, s.p99_ms,
            s.p50_success_ms, s.p95_success_ms, s.p99_success_ms, s.cost_usd_exact, s.tokens_input_exact, s.tokens_output_exact
        )
    from raw r
    full join (
        select x.* from obs.run_stage_stats x where x.tenant_id = v_tenant and x.run_id = p_run_id
    ) s on s.stage = r.stage
    order by 1;
end
$$;
comment on function obs.recompute(text, text) is
'A run''s stage numbers counted afresh from raw events (source raw), and whether the stored ones match; stored '
'ones (source rollup) when raw is gone.';
