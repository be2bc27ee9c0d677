-- obs._explain_cost: the difference of two runs' costs as effects of volume, mix, price and retries
-- Called by: explain
-- Reads/Writes: run_event_logs, run_stage_stats, run_model_usage, with the rights of who asks
-- Raises: nothing
-- With q events that cost something and c dollars in a cell (stage, vendor, model), Q in all models of its stage and vendor:
--   volume  c0 (Q1 - Q0) / Q0     more or fewer calls, as they were spread over the models and priced before
--   mix     c0 (q1 / q0 - Q1 / Q0)  calls that went to another model; a model that is new or gone is all mix
--   price   c1 - c0 q1 / q0       what a call costs, whatever made it dearer: a price, or longer texts
--   retries r1 - r0             attempts that cost something, failed and were made again
--   other   c1 - c0               where no calls are known
-- Their sum telescopes to c1 + r1 - c0 - r0; price and mix are what is left over, so that rounding loses nothing.
-- The costs are those of stages: what a call outside of any stage cost is in run_vendor_usage alone.
-- Raw events speak only where both runs' add up to what is stored; else the stored cells, which know no stage and no retry,
-- and what they leave of the total in a cell of its own.
create or replace function obs._explain_cost(p_before obs.enrichment_runs, p_after obs.enrichment_runs)
returns table (
    part text, stage text, vendor text, model text, before numeric, after numeric, delta numeric, unit text,
    total_before numeric, total_after numeric, source text
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with raw as materialized (
        select r.side, c.*
        from (values (0, p_before), (1, p_after)) r (side, run)
        cross join lateral obs._cost_cells(r.run) c
        where coalesce(
            p_before.thinned_at, p_before.expired_at, p_before.raw_gone_at,
            p_after.thinned_at, p_after.expired_at, p_after.raw_gone_at
        ) is null
    ), total as materialized (
        select r.side, r.run_id, coalesce((
            select sum(s.cost_usd_exact) from obs.run_stage_stats s
            where s.tenant_id = p_after.tenant_id and s.run_id = r.run_id
        ), 0) as usd
        from (values (0, p_before.run_id), (1, p_after.run_id)) r (side, run_id)
    ), origin as materialized (
        select bool_and(t.usd = coalesce((select sum(w.cost_usd + w.retry_usd) from raw w where w.side = t.side), 0)) as is_raw
        from total t
    ), stored as (
        select t.side, null::text as stage, m.vendor, nullif(m.model, '') as model,
            greatest(m.calls - m.unpriced_calls, 0)::numeric as billed, m.cost_usd_exact as cost_usd, 0 as retry_usd
        from total t
        join obs.run_model_usage m on m.tenant_id = p_after.tenant_id and m.run_id = t.run_id
        union all
        select t.side, null, null, null, 0, t.usd - coalesce((
            select sum(m.cost_usd_exact) from obs.run_model_usage m
            where m.tenant_id = p_after.tenant_id and m.run_id = t.run_id
        ), 0), 0
        from total t
    ), cell as (
        select
            u.stage, u.vendor, u.model,
            coalesce(sum(u.billed) filter (where u.side = 0), 0) as q0, coalesce(sum(u.billed) filter (where u.side = 1), 0) as q1,
            coalesce(sum(u.cost_usd) filter (where u.side = 0), 0) as c0,
            coalesce(sum(u.cost_usd) filter (where u.side = 1), 0) as c1,
            coalesce(sum(u.retry_usd) filter (where u.side = 0), 0) as r0,
            coalesce(sum(u.retry_usd) filter (where u.side = 1), 0) as r1
        from (
            select w.* from raw w where (select o.is_raw from origin o)
            union all
            select s.* from stored s where not (select o.is_raw from origin o)
        ) u
        group by u.stage, u.vendor, u.model
    ), grouped as (
        select c.*, sum(c.q0) over g as all_q0, sum(c.q1) over g as all_q1
        from cell c
        window g as (partition by c.stage, c.vendor)
    ), moved as (
        select g.*,
            case
                when g.q0 = 0 and g.q1 = 0 then 0
                when g.all_q0 > 0 and g.all_q1 > 0 then round(g.c0 * (g.all_q1 - g.all_q0) / g.all_q0, 10)
                when g.all_q0 = g.all_q1 then 0
                else g.c1 - g.c0
            end as volume,
            case
                when g.q0 > 0 and g.q1 > 0 then round(g.c0 * g.q1 / g.q0, 10) - g.c0
                when g.q0 = g.q1 then 0
                else g.c1 - g.c0
            end as volume_and_mix
        from grouped g
    )
    select p.part, m.stage, m.vendor, m.model, round(p.before, 10), round(p.after, 10), p.delta, p.unit, b.usd, a.usd,
        case when o.is_raw then 'raw' else 'rollup' end
    from moved m
    cross join origin o
    join total b on b.side = 0
    join total a on a.side = 1
    cross join lateral (values
        ('volume', m.all_q0, m.all_q1, m.volume, 'calls'),
        ('mix', m.q0 / nullif(m.all_q0, 0), m.q1 / nullif(m.all_q1, 0), m.volume_and_mix - m.volume, 'share of calls'),
        ('price', m.c0 / nullif(m.q0, 0), m.c1 / nullif(m.q1, 0),
            case when m.q1 > 0 then m.c1 - m.c0 - m.volume_and_mix end, 'usd a call'),
        ('other', m.c0, m.c1, case when m.q0 = 0 and m.q1 = 0 then m.c1 - m.c0 end, 'usd'),
        ('retries', m.r0, m.r1, m.r1 - m.r0, 'usd')
    ) p (part, before, after, delta, unit)
    where p.delta <> 0;
end
$$;
comment on function obs._explain_cost(obs.enrichment_runs, obs.enrichment_runs) is
'The difference of two runs'' costs as effects of volume, mix, price and retries, which sum to it exactly.';
