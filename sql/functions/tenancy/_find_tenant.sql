-- obs._find_tenant: the tenant of a run among those given; NULL when none of them has it
-- Called by: log_event, _resolve_tenant
-- Reads/Writes: enrichment_runs
-- Raises: OB004 when several of them have a run of that id
create or replace function obs._find_tenant(p_run_id text, p_tenant_id text, p_allowed text[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenants text[] := array(
        select r.tenant_id
        from obs.enrichment_runs r
        where r.run_id = p_run_id
          and (p_tenant_id is null or r.tenant_id = p_tenant_id)
          and (p_allowed is null or r.tenant_id = any(p_allowed))
        limit 2
    );
begin
    if cardinality(v_tenants) > 1 then
        raise exception 'run id % names runs of several of your tenants', quote_literal(left(p_run_id, 128))
            using errcode = 'OB004', hint = 'Say which one: p_tenant_id => ...';
    end if;
    return v_tenants[1];
end
$$;
comment on function obs._find_tenant(text, text, text[]) is
'The tenant of a run among those given (NULL: any); NULL when none has it.';
