-- obs.reconcile: compares what a log file says of a run with what is stored, event by event and total by total
-- Called by: obs reconcile, operators
-- Reads/Writes: enrichment_runs, run_event_logs, quarantined_events, run_stage_stats, run_vendor_usage, stage_deltas
-- Raises: OB002 unknown run, OB004 ambiguous run id, 22023 when the manifest is no object
-- The manifest is made from the file without the database. Lists name the first 1000 of each kind; counts are exact.
create or replace function obs.reconcile(p_run_id text, p_manifest jsonb, p_tenant_id text default null) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._readable_tenants());
    v_run obs.enrichment_runs;
    v_check_prices boolean;
    v_events jsonb;
    v_totals jsonb;
begin
    if jsonb_typeof(p_manifest) is distinct from 'object' or jsonb_typeof(p_manifest -> 'events') is distinct from 'array' then
        raise exception 'a manifest is a JSON object with a list of events, not %', coalesce(left(p_manifest::text, 40), 'NULL')
            using errcode = '22023', hint = '`obs reconcile RUN FILE…` makes one from log files.';
    end if;
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    -- Prices are looked up only where the raw costs do not add up to the stored ones.
    select sum(e.cost_usd) is distinct from (
        select sum(s.cost_usd)
        from (
            select u.cost_usd_exact as cost_usd from obs.run_vendor_usage u where u.tenant_id = v_tenant and u.run_id = p_run_id
            union all
            select d.cost_usd from obs.stage_deltas d where d.tenant_id = v_tenant and d.run_id = p_run_id and d.vendor <> ''
        ) s
    )
    into v_check_prices
    from obs.run_event_logs e
    where e.tenant_id = v_tenant and e.run_id = p_run_id and e.run_day = v_run.run_day and e.kind <> 'lifecycle' and e.vendor <> '';
    with paired as materialized (
        select p.* from obs._paired_events(v_run, p_manifest -> 'events', v_check_prices) p
    ), named as (
        select p.*, row_number() over (partition by p.verdict order by p.event_id) as place
        from paired p
        where p.verdict in ('missing', 'extra', 'differing', 'quarantined')
    )
    select jsonb_build_object(
        'listed', count(*) filter (where p.verdict <> 'extra'),
        'stored', count(*) filter (where p.verdict in ('same', 'differing', 'extra')),
        'same', count(*) filter (where p.verdict = 'same'),
        'thinned', count(*) filter (where p.verdict = 'thinned'),
        'dropped', count(*) filter (where p.verdict = 'dropped'),
        'quarantined', count(*) filter (where p.verdict = 'quarantined'),
        'missing', count(*) filter (where p.verdict = 'missing'),
        'extra', count(*) filter (where p.verdict = 'extra'),
        'differing', count(*) filter (where p.verdict = 'differing'),
        'match_pct', trunc(
            100.0 * count(*) filter (where p.verdict in ('same', 'thinned', 'dropped')) / greatest(count(*), 1), 4
        ),
        'named', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'event_id', n.event_id, 'verdict', n.verdict, 'reason', n.reason, 'fields', to_jsonb(n.differing),
                        'listed', n.listed, 'stored', n.stored
                    )
                    order by n.verdict, n.event_id
                ),
                '[]'
            )
            from named n
            where n.place <= 1000
        )
    )
    into v_events
    from paired p;
    select jsonb_agg(to_jsonb(t) order by t.scope, t.name, t.measure)
    into v_totals
    from obs._compared_totals(v_run, p_manifest, (v_events -> 'thinned')::int + (v_events -> 'dropped')::int = 0) t;
    return v_events || jsonb_build_object(
        'tenant_id', v_tenant,
        'run_id', p_run_id,
        'status', v_run.status,
        'source', case
            when (v_events -> 'dropped')::int > 0 then 'rollup' when (v_events -> 'thinned')::int > 0 then 'mixed' else 'raw'
        end,
        'totals', coalesce(v_totals, '[]'),
        'worst_off_pct', (select coalesce(max((t -> 'off_pct')::numeric), 0) from jsonb_array_elements(v_totals) t
            where t -> 'off_pct' <> 'null')
    );
end
$$;
comment on function obs.reconcile(text, jsonb, text) is
'Compares a manifest made from log files with what is stored of a run: match_pct, the events that are missing, extra, differing or
quarantined, and every total of the file beside the stored one, with the difference in percent.';
