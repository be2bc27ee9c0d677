-- obs.shortlist_status: how the last run of a tenant went, for GET /shortlist/status
-- Called by: people, obs serve, the host's own endpoint
-- Reads/Writes: tenants, enrichment_runs, with the rights of who asks
-- Raises: OB001 when the caller may see no tenant of that name
-- Drills do not count. Without a tenant: the last run of any that the caller may see.
create or replace function obs.shortlist_status(p_tenant_id text default null) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenants constant text[] := array(
        select t.tenant_id from obs.tenants t where p_tenant_id is null or t.tenant_id = p_tenant_id
    );
    v_run obs.enrichment_runs;
begin
    if p_tenant_id is not null and v_tenants = '{}' then
        raise exception 'tenant % is not known among yours', quote_literal(left(p_tenant_id, 128))
            using errcode = 'OB001', hint = 'select obs.visible_tenants() lists them.';
    end if;
    select r.* into v_run
    from unnest(v_tenants) as t (tenant_id)
    cross join lateral (
        select x.*
        from obs.enrichment_runs x
        where x.tenant_id = t.tenant_id and not x.is_simulation
        order by x.started_at desc, x.run_id desc
        limit 1
    ) r
    order by r.started_at desc, r.run_id desc
    limit 1;
    return jsonb_build_object(
        'tenant_id', coalesce(v_run.tenant_id, case when cardinality(v_tenants) = 1 then v_tenants[1] end),
        'last_run_id', v_run.run_id,
        'last_run_status', v_run.status,
        'last_run_started_at', v_run.started_at,
        'last_run_ended_at', v_run.ended_at
    );
end
$$;
comment on function obs.shortlist_status(text) is
'How the last run of a tenant went, as JSON: last_run_id, last_run_status, last_run_started_at, last_run_ended_at; NULLs when '
'there is none. Drills do not count.';
