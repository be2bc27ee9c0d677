-- obs._prepare_runs: makes the event days and tenants that the run_start events of a batch need
-- Called by: _enter, before anything else
-- Reads/Writes: event_days, tenants, tenant_peppers, enrichment_runs
-- Raises: nothing
-- Days first, then tenants, each in one order, and all before the first run's row: two batches that open runs of several
-- days never wait for each other crosswise. A new tenant has its pepper before its first e-mail is hashed.
create or replace function obs._prepare_runs(p_events obs.event[], p_allowed text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_new obs.event[] := array(
        select e
        from unnest(p_events) e
        where e.event = 'run_start' and obs._id_valid(e.run_id) and obs._id_valid(e.tenant_id)
          and (p_allowed is null or e.tenant_id = any(p_allowed))
          and not exists (select from obs.enrichment_runs r where r.tenant_id = e.tenant_id and r.run_id = e.run_id)
    );
begin
    perform obs._ensure_event_day(d.run_day)
    from (
        select distinct (obs._sane_start(n.ts) at time zone 'UTC')::date as run_day
        from unnest(v_new) n
        order by 1
    ) d;
    perform obs._ensure_tenant(t.tenant_id, true)
    from (select distinct n.tenant_id from unnest(v_new) n order by 1) t;
end
$$;
comment on function obs._prepare_runs(obs.event[], text[]) is
'Makes the event days and tenants that the run_start events of a batch need, in one order.';
