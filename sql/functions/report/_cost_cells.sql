-- obs._cost_cells: what a run paid, from its raw events, by stage, vendor and model
-- Called by: _explain_cost
-- Reads/Writes: run_event_logs, with the rights of who asks
-- Raises: nothing
-- A retry's price is what the attempt before it cost: a failed call that cost something and was made again for the same
-- company, stage and vendor; and whatever an event of kind retry cost. billed counts the other events that cost something:
-- a refused call that cost nothing makes no call cheaper, and calling once more after it costs nothing more.
create or replace function obs._cost_cells(p_run obs.enrichment_runs)
returns table (stage text, vendor text, model text, billed numeric, cost_usd numeric, retry_usd numeric)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with failed as materialized (
        select distinct e.stage, e.vendor, e.company_id
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day
          and e.status = 'error' and e.kind = 'call' and e.cost_usd <> 0 and e.company_id is not null
    ), repeated as (
        select o.stage, o.vendor, o.model, count(*) as n, sum(o.cost_usd) as usd
        from (
            select e.stage, e.vendor, e.model, e.status, e.cost_usd,
                lead(e.event_id) over (partition by e.stage, e.vendor, e.company_id order by e.ts, e.seq, e.event_id) as next_id
            from failed f
            join obs.run_event_logs e
                on e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day
                and e.kind = 'call' and e.company_id = f.company_id and e.vendor = f.vendor and e.stage = f.stage
        ) o
        where o.status = 'error' and o.cost_usd <> 0 and o.next_id is not null
        group by o.stage, o.vendor, o.model
    ), paid as (
        select e.stage, e.vendor, e.model, e.kind = 'retry' as is_retry, count(*) as n, sum(e.cost_usd) as usd
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day
          and e.stage is not null and e.cost_usd <> 0
        group by e.stage, e.vendor, e.model, e.kind = 'retry'
    )
    select u.stage, u.vendor, u.model, sum(u.billed), sum(u.usd), sum(u.retry_usd)
    from (
        select p.stage, p.vendor, p.model, p.n as billed, p.usd, 0 as retry_usd from paid p where not p.is_retry
        union all
        select p.stage, p.vendor, p.model, 0, 0, p.usd from paid p where p.is_retry
        union all
        select a.stage, a.vendor, a.model, -a.n, -a.usd, a.usd from repeated a
    ) u
    group by u.stage, u.vendor, u.model;
end
$$;
comment on function obs._cost_cells(obs.enrichment_runs) is
'What a run paid, from its raw events, by stage, vendor and model.';
