-- obs._with_tenants: events without a tenant get that of their run, where exactly one of the caller's tenants has it
-- Called by: _enter
-- Reads/Writes: enrichment_runs
-- Raises: nothing
create or replace function obs._with_tenants(p_events obs.event[], p_allowed text[]) returns obs.event[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_events obs.event[] := p_events;
    v_only constant text := case when cardinality(p_allowed) = 1 then p_allowed[1] end;
    v_owner record;
    v_at int;
begin
    for v_owner in
        select e.place, min(r.tenant_id) as tenant_id
        from unnest(p_events) with ordinality as e (
            ord, ts, level, logger, tenant_id, run_id, stage, company_id, event, status, duration_ms, error_code, error_msg,
            vendor, model, cost_usd, tokens_input, tokens_output, trace_id, event_id, producer, seq, extra, place
        )
        left join obs.enrichment_runs r on r.run_id = e.run_id and (p_allowed is null or r.tenant_id = any(p_allowed))
        where e.tenant_id is null
        group by e.place
        having count(r.tenant_id) = 1 or v_only is not null
    loop
        v_at := v_owner.place;
        v_events[v_at].tenant_id := coalesce(v_owner.tenant_id, v_only);
    end loop;
    return v_events;
end
$$;
comment on function obs._with_tenants(obs.event[], text[]) is
'Gives events without a tenant that of their run, where exactly one of the caller''s tenants has it.';
