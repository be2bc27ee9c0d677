-- obs.percentile: a percentile of a stage's durations over any runs, tenants and days, merged from the histograms of the runs
-- Called by: people, BI
-- Reads/Writes: enrichment_runs, latency_buckets, run_event_logs, all with the rights of who asks
-- Raises: 22023 for a percentile, outcome or time span that cannot be
-- Row security decides whose runs count. Histograms are added up, percentiles never averaged: rank ceil(q·n), within 1 % or
-- 1 ms of percentile_disc, also when events are gone. Of a single run the exact value is given where the events of that bucket
-- are all there: their number equals the bucket's.
create or replace function obs.percentile(
    p_stage text,
    p_q numeric,
    p_from timestamptz,
    p_to timestamptz,
    p_tenants text[] default null,
    p_outcome text default null
)
returns table (value_ms int, n bigint, source text, coverage numeric, runs bigint, first_day date, last_day date)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_hit record;
    v_bounds record;
    v_exact record;
begin
    if p_q is null or not p_q between 0 and 1 then
        raise exception 'a percentile is a share from 0 to 1, not %', coalesce(p_q::text, 'NULL')
            using errcode = '22023', hint = 'The 95th percentile is p_q => 0.95.';
    end if;
    if p_from is null or p_to is null or p_from >= p_to then
        raise exception 'no run starts from % to before %', coalesce(p_from::text, 'NULL'), coalesce(p_to::text, 'NULL')
            using errcode = '22023', hint = 'p_from comes before p_to; the moment p_to itself is outside.';
    end if;
    if p_outcome not in ('success', 'error') then
        raise exception 'there is no outcome %', quote_literal(left(p_outcome, 40))
            using errcode = '22023', hint = 'success, error, or NULL for both.';
    end if;
    with seen as materialized (
        select r.tenant_id, r.run_id, r.run_day, (r.started_at at time zone 'UTC')::date as day
        from obs.enrichment_runs r
        where r.started_at >= p_from and r.started_at < p_to and not r.is_simulation
          and (p_tenants is null or r.tenant_id = any(p_tenants))
    ), counted as (
        select b.bucket, sum(b.n) as n
        from seen s
        join obs.latency_buckets b on b.tenant_id = s.tenant_id and b.run_id = s.run_id
        where b.stage = p_stage and (p_outcome is null or b.outcome = p_outcome)
        group by b.bucket
    ), merged as (
        select c.bucket, c.n, sum(c.n) over (order by c.bucket) as upto, sum(c.n) over () as total from counted c
    ), covered as (
        select count(*) as runs, min(s.day) as first_day, max(s.day) as last_day, min(s.tenant_id) as tenant_id,
            min(s.run_id) as run_id, min(s.run_day) as run_day
        from seen s
        where exists (
            select from obs.latency_buckets b
            where b.tenant_id = s.tenant_id and b.run_id = s.run_id and b.stage = p_stage
              and (p_outcome is null or b.outcome = p_outcome)
        )
    )
    select
        v.runs, v.first_day, v.last_day, v.tenant_id, v.run_id, v.run_day, a.runs as all_runs,
        h.bucket, h.n, h.total, greatest(ceil(p_q * h.total), 1) - (h.upto - h.n) as place
    into v_hit
    from covered v
    cross join (select count(*) as runs from seen) a
    left join lateral (
        select m.* from merged m where m.upto >= greatest(ceil(p_q * m.total), 1) order by m.bucket limit 1
    ) h on true;
    n := coalesce(v_hit.total, 0);
    runs := v_hit.runs;
    first_day := v_hit.first_day;
    last_day := v_hit.last_day;
    coverage := round(v_hit.runs::numeric / nullif(v_hit.all_runs, 0), 4);
    source := 'none';
    if v_hit.runs > 0 then
        source := 'rollup';
        select b.* into v_bounds from obs.bucket_bounds(v_hit.bucket) b;
        value_ms := v_bounds.middle_ms;
    end if;
    if v_hit.runs = 1 then
        select count(*) as n, (array_agg(e.duration_ms order by e.duration_ms))[v_hit.place] as value_ms into v_exact
        from obs.run_event_logs e
        where e.tenant_id = v_hit.tenant_id and e.run_id = v_hit.run_id and e.run_day = v_hit.run_day and e.stage = p_stage
          and e.kind = 'item' and (p_outcome is null or e.status = p_outcome)
          and e.duration_ms between v_bounds.least_ms and v_bounds.most_ms;
        if v_exact.n = v_hit.n then
            source := 'raw';
            value_ms := v_exact.value_ms;
        end if;
    end if;
    return next;
end
$$;
comment on function obs.percentile(text, numeric, timestamptz, timestamptz, text[], text) is
'A percentile (0 to 1) in ms of a stage''s durations over all runs the caller may see that started from p_from to before p_to, '
'merged from their histograms; with its source (raw, rollup, none), the share of runs that have one, and the days they span.';
