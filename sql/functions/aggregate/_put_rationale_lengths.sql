-- obs._put_rationale_lengths: counts a run's companies by the length of their rationale, and keeps the median length
-- Called by: _close_run, _fold_late
-- Reads/Writes: enrichment_runs, event_days, run_stage_stats, run_event_logs, run_metrics
-- Raises: nothing
-- Of a company that was scored more than once the last rationale counts. The label is the first length of a step of 50
-- characters, the last step is 1000. Items with a rationale_length are never thinned, so this can be counted again as long as
-- the run's events are kept.
create or replace function obs._put_rationale_lengths(p_tenant_id text, p_run_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_day date;
    v_lengths int[];
begin
    select r.run_day into v_day
    from obs.enrichment_runs r
    join obs.event_days d on d.run_day = r.run_day and d.dropped_at is null
    join obs.run_stage_stats s on s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.stage = 'score' and s.count_success > 0
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id and r.expired_at is null;
    if v_day is null then
        return;
    end if;
    select array_agg(c.chars) into v_lengths
    from (
        select distinct on (coalesce(e.company_id, e.event_id::text))
            least(greatest((e.extra ->> 'rationale_length')::numeric, 0), 2147483647)::int as chars
        from obs.run_event_logs e
        where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day and e.kind = 'item' and e.stage = 'score'
          and e.status = 'success' and jsonb_typeof(e.extra -> 'rationale_length') = 'number'
        order by coalesce(e.company_id, e.event_id::text), e.ts desc, e.event_id desc
    ) c;
    if v_lengths is null then
        return;
    end if;
    perform obs._put_metric(p_tenant_id, p_run_id, 'rationale_length', n.companies, n.label)
    from (
        select least(x / 50 * 50, 1000)::text as label, count(*) as companies from unnest(v_lengths) x group by 1
        union all
        select m.label, 0
        from obs.run_metrics m
        where m.tenant_id = p_tenant_id and m.run_id = p_run_id and m.name = 'rationale_length'
          and m.label <> all(select least(x / 50 * 50, 1000)::text from unnest(v_lengths) x)
    ) n;
    perform obs._put_metric(
        p_tenant_id, p_run_id, 'rationale_p50_chars',
        (select percentile_disc(0.5) within group (order by x) from unnest(v_lengths) x), ''
    );
end
$$;
comment on function obs._put_rationale_lengths(text, text) is
'Counts a run''s companies by the length of their rationale in steps of 50 characters, and keeps the median length.';
