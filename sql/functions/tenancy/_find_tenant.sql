-- obs._find_tenant: the tenant of a run among those given; NULL when none of them has it
-- Called by: log_event, _resolve_tenant
-- Reads/Writes: enrichment_runs, tenant_roles
-- Raises: OB004 when several of them have a run of that id
-- Where not all tenants are the caller's, their runs are looked up tenant by tenant, so that a row of somebody else's is never
-- met: the time that takes would tell that the run exists. The first run from there on, and not the one of that id, since for
-- an equality the index of run ids would do, which finds anybody's. A definer is under no policy, and ops see all.
create or replace function obs._find_tenant(p_run_id text, p_tenant_id text, p_allowed text[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_seen constant text[] := case
        when p_allowed is not null then p_allowed
        when current_user = 'obs_owner' or not row_security_active('obs.enrichment_runs')
            or pg_has_role(current_user, 'obs_ops', 'usage') or pg_has_role(current_user, 'obs_admin', 'usage') then null
        else obs.visible_tenants()
    end;
    v_tenants text[];
begin
    if v_seen is null then
        v_tenants := array(
            select r.tenant_id
            from obs.enrichment_runs r
            where r.run_id = p_run_id and (p_tenant_id is null or r.tenant_id = p_tenant_id)
            limit 2
        );
    else
        v_tenants := array(
            select r.tenant_id
            from unnest(v_seen) as t (tenant_id)
            cross join lateral (
                select x.tenant_id, x.run_id
                from obs.enrichment_runs x
                where x.tenant_id = t.tenant_id and (x.tenant_id, x.run_id) >= (t.tenant_id, p_run_id)
                order by x.tenant_id, x.run_id
                limit 1
            ) r
            where r.run_id = p_run_id and (p_tenant_id is null or t.tenant_id = p_tenant_id)
            limit 2
        );
    end if;
    if cardinality(v_tenants) > 1 then
        raise exception 'run id % names runs of several of your tenants', quote_literal(left(p_run_id, 128))
            using errcode = 'OB004', hint = 'Say which one: p_tenant_id => ...';
    end if;
    return v_tenants[1];
end
$$;
comment on function obs._find_tenant(text, text, text[]) is
'The tenant of a run among those given (NULL: any); NULL when none has it.';
