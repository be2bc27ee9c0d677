-- obs._writable_tenants: the tenants the caller may write; NULL means any
-- Called by: every function that writes for a caller
-- Reads/Writes: tenant_roles, settings, setting obs.tenant_id
-- Raises: nothing
-- Whoever was ever mapped is bound to the mapped tenants; both the login and the role it took by SET ROLE are looked
-- at, so that a bound login does not get loose by SET ROLE obs_writer. An unbound writer is a trusted backend,
-- unless the setting strict_writers says no; that setting is for writers, not for administrators.
create or replace function obs._writable_tenants() returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_narrow constant text := nullif(current_setting('obs.tenant_id', true), '');
    v_who name;
    v_bound boolean := false;
    v_tenants text[];
begin
    foreach v_who in array array[obs._asker(), nullif(session_user, obs._asker())] loop
        continue when v_who is null;
        select true, array_agg(t.tenant_id) filter (where t.revoked_at is null and pg_has_role(v_who, r.oid, 'usage'))
        into v_bound, v_tenants
        from obs.tenant_roles t
        join pg_roles r on r.rolname = t.role_name
        where pg_has_role(v_who, r.oid, 'member')
          and not (select a.rolsuper from pg_roles a where a.rolname = v_who)
        having count(*) > 0;
        exit when v_bound;
    end loop;
    if v_bound is not true and (
        not coalesce((obs._setting(null, 'strict_writers'))::boolean, false) or pg_has_role(obs._asker(), 'obs_admin', 'usage')
    ) then
        return case when v_narrow is not null then array[v_narrow] end;
    end if;
    return array(select distinct m from unnest(v_tenants) m where m = coalesce(v_narrow, m));
end
$$;
comment on function obs._writable_tenants() is 'The tenants the caller may write; NULL means any, an empty array none.';
