-- obs.explain: what changed against an earlier run: the differences in cost, duration and errors, split into parts
-- Called by: people, obs explain, reports
-- Reads/Writes: enrichment_runs and what its helpers read, with the rights of who asks
-- Raises: OB002 unknown run, OB004 ambiguous run id; a notice when there is nothing to compare with
-- The parts of a measure sum to its difference exactly, their shares to 1: the largest part takes what rounding leaves.
create or replace function obs.explain(p_run_id text, p_tenant_id text default null, p_against text default null)
returns table (
    measure text, part text, stage text, vendor text, model text, error_code text, before numeric, after numeric,
    delta numeric, share numeric, unit text, total_before numeric, total_after numeric, against text, source text
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, null);
    v_after obs.enrichment_runs;
    v_before obs.enrichment_runs;
    v_against text := p_against;
begin
    select r.* into v_after from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    if v_against is not null then
        perform obs._resolve_tenant(v_against, v_tenant, null);
    else
        v_against := obs._good_run_before(v_after);
    end if;
    if v_against is null then
        raise notice 'there is no earlier % run of tenant % that succeeded: nothing to compare % with',
            v_after.kind, quote_literal(v_tenant), quote_literal(p_run_id);
        return;
    end if;
    select r.* into v_before from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = v_against;
    return query
    with part as (
        select 'cost_usd' as measure, c.part, c.stage, c.vendor, c.model, null::text as error_code, c.before, c.after, c.delta,
            c.unit, c.total_before, c.total_after, c.source
        from obs._explain_cost(v_before, v_after) c
        union all
        select 'duration_ms', d.part, d.stage, null, null, null, d.before, d.after, d.delta,
            'ms', v_before.duration_ms::numeric, v_after.duration_ms::numeric, 'rollup'
        from obs._explain_duration(v_before, v_after) d
        union all
        select e.measure, 'errors', e.stage, e.vendor, null, e.error_code, e.before, e.after, e.delta,
            'errors', e.total_before, e.total_after, 'rollup'
        from obs._explain_errors(v_before, v_after) e
    ), ranked as (
        select p.*,
            round(p.delta / nullif(p.total_after - p.total_before, 0), 6) as share,
            row_number() over (
                partition by p.measure order by abs(p.delta) desc, p.part, p.stage, p.vendor, p.model, p.error_code
            ) as place
        from part p
    )
    select
        r.measure, r.part, r.stage, r.vendor, r.model, r.error_code, trim_scale(r.before), trim_scale(r.after),
        trim_scale(r.delta), trim_scale(case r.place when 1 then 1 - (sum(r.share) over m - r.share) else r.share end), r.unit,
        trim_scale(r.total_before), trim_scale(r.total_after), v_against, r.source
    from ranked r
    window m as (partition by r.measure)
    order by array_position(array['cost_usd', 'duration_ms', 'errors', 'call_errors'], r.measure), r.place;
end
$$;
comment on function obs.explain(text, text, text) is
'What changed against an earlier run (NULL: the last one of the tenant and kind that succeeded): the differences in cost, '
'duration and errors as parts that sum to them exactly. source raw: by stage, vendor and model; rollup: from stored numbers.';
