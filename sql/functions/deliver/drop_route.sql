-- obs.drop_route: takes a route away
-- Called by: administrators
-- Reads/Writes: notification_routes, audit_log
-- Raises: 22023 for the default route
create or replace function obs.drop_route(p_route_name text, p_tenant_id text default null) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_found boolean;
begin
    if p_route_name = 'default' and p_tenant_id is null then
        raise exception 'the default route cannot be dropped: what no other route takes would be lost'
            using errcode = '22023', hint = 'Lead it elsewhere: select obs.set_route(''default'', ''channel'').';
    end if;
    delete from obs.notification_routes r
    where r.route_name = p_route_name and r.tenant_id is not distinct from p_tenant_id;
    v_found := found;
    perform obs._audit(p_tenant_id, 'drop_route', jsonb_build_object('route', p_route_name, 'found', v_found));
    return v_found;
end
$$;
comment on function obs.drop_route(text, text) is
'Takes a route away; true when there was one. The default stays. Administrators only.';
