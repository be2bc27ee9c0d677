-- obs._compared_totals: a run's stored totals beside those of a manifest, one row a number
-- Called by: reconcile
-- Reads/Writes: run_stage_stats, run_vendor_usage, stage_deltas, run_event_logs, vendor_error_codes
-- Raises: nothing
-- What is not folded yet counts as stored. Costs the manifest leaves to price cards are taken from the stored events; where
-- those are gone on purpose (p_complete is false) such a cost cannot be compared, and expected is NULL.
create or replace function obs._compared_totals(p_run obs.enrichment_runs, p_manifest jsonb, p_complete boolean)
returns table (scope text, name text, measure text, expected numeric, stored numeric, off_pct numeric)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with priced as materialized (
        select e.stage, e.vendor, sum(e.cost_usd) as cost_usd
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day
          and e.cost_source = 'price_card'
        group by e.stage, e.vendor
    ), given as (
        select
            k.scope, obs._mend_word(p_run.tenant_id, x.key) as name, t.key as measure,
            case
                when t.key <> 'cost_usd' or coalesce((x.value -> 'unreported')::bigint, 0) = 0 then (t.value #>> '{}')::numeric
                when p_complete then (t.value #>> '{}')::numeric + coalesce((
                    select sum(p.cost_usd) from priced p
                    where case k.scope when 'stage' then p.stage else p.vendor end = obs._mend_word(p_run.tenant_id, x.key)
                ), 0)
            end as value
        from (values ('stage', 'stages'), ('vendor', 'vendors')) as k (scope, list)
        cross join lateral jsonb_each(coalesce(p_manifest -> k.list, '{}')) as x
        cross join lateral jsonb_each(x.value) as t
        where jsonb_typeof(t.value) in ('number', 'string') and t.key <> 'unreported'
        union all
        select 'vendor', obs._mend_word(p_run.tenant_id, x.key), v.measure, coalesce(sum((c.value #>> '{}')::numeric), 0)
        from jsonb_each(coalesce(p_manifest -> 'vendors', '{}')) as x
        cross join (values ('rate_limit_hits', 'rate_limit'), ('quota_hits', 'quota')) as v (measure, meaning)
        left join lateral jsonb_each(x.value -> 'error_codes') as c
            on obs._error_meaning(p_run.tenant_id, x.key, c.key) = v.meaning
        group by x.key, v.measure
    ), counted as (
        select 'stage' as scope, s.stage::text as name, to_jsonb(s) as numbers, s.cost_usd_exact as cost_usd,
            s.tokens_input_exact as tokens_input, s.tokens_output_exact as tokens_output
        from obs.run_stage_stats s
        where s.tenant_id = p_run.tenant_id and s.run_id = p_run.run_id
        union all
        select 'vendor', u.vendor::text, to_jsonb(u), u.cost_usd_exact, u.tokens_input, u.tokens_output
        from obs.run_vendor_usage u
        where u.tenant_id = p_run.tenant_id and u.run_id = p_run.run_id
        union all
        select k.scope, case k.scope when 'stage' then d.stage else d.vendor end, jsonb_build_object(
            'count_total', case when d.kind = 'item' then d.n end,
            'count_success', case when d.kind = 'item' and d.outcome = 'success' then d.n end,
            'count_error', case when d.kind = 'item' and d.outcome = 'error' then d.n end,
            'count_retry', case when d.kind = 'retry' then d.n end,
            'calls', case when d.kind = 'call' then d.n end,
            'errors', case when d.kind = 'call' and d.outcome = 'error' then d.n end,
            'rate_limit_hits', case when d.kind = 'call' and m.meaning = 'rate_limit' then d.n end,
            'quota_hits', case when d.kind = 'call' and m.meaning = 'quota' then d.n end
        ), d.cost_usd, d.tokens_input, d.tokens_output
        from obs.stage_deltas d
        cross join (values ('stage'), ('vendor')) as k (scope)
        cross join lateral (select obs._error_meaning(p_run.tenant_id, d.vendor, d.error_code) as meaning) as m
        where d.tenant_id = p_run.tenant_id and d.run_id = p_run.run_id
          and case k.scope when 'stage' then d.stage else d.vendor end <> ''
    ), held as (
        select c.scope, c.name, x.measure, sum(x.value) as value
        from counted c
        cross join lateral (
            select m.measure, coalesce((c.numbers ->> m.measure)::numeric, 0) as value
            from unnest(case c.scope
                when 'stage' then array['count_total', 'count_success', 'count_error', 'count_retry']
                else array['calls', 'errors', 'rate_limit_hits', 'quota_hits']
            end) as m (measure)
            union all
            values ('cost_usd', c.cost_usd), ('tokens_input', c.tokens_input), ('tokens_output', c.tokens_output)
        ) as x
        group by c.scope, c.name, x.measure
    )
    select
        coalesce(g.scope, h.scope), coalesce(g.name, h.name), coalesce(g.measure, h.measure),
        case when g.scope is null then 0 else g.value end,
        coalesce(h.value, 0),
        case
            when g.scope is not null and g.value is null then null
            when abs(coalesce(h.value, 0) - coalesce(g.value, 0)) <= case coalesce(g.measure, h.measure) when 'cost_usd' then 0.000001 else 0 end
                then 0
            else round(
                100 * abs(coalesce(h.value, 0) - coalesce(g.value, 0)) / greatest(abs(coalesce(h.value, 0)), abs(coalesce(g.value, 0))), 4
            )
        end
    from (select x.scope, x.name, x.measure, sum(x.value) as value from given x group by x.scope, x.name, x.measure) g
    full join held h on h.scope = g.scope and h.name = g.name and h.measure = g.measure
    order by 1, 2, 3;
end
$$;
comment on function obs._compared_totals(obs.enrichment_runs, jsonb, boolean) is
'A run''s stored totals beside those of a manifest, one row a number.';
