-- obs._writable_tenants: the tenants the caller may write; NULL means any
-- Called by: every function that writes for a caller
-- Reads/Writes: tenant_roles, settings, setting obs.tenant_id
-- Raises: nothing
-- Whoever was ever mapped is bound to the mapped tenants; both the login and the role it took by SET ROLE are looked
-- at, so that a bound login does not get loose by SET ROLE obs_writer. An unbound writer is a trusted backend,
-- unless the setting strict_writers says no; that setting is for writers, not for administrators. As long as nobody was
-- ever mapped, nobody's roles need to be looked at.
create or replace function obs._writable_tenants() returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_narrow constant text := nullif(current_setting('obs.tenant_id', true), '');
    v_who name;
    v_any boolean;
    v_strict boolean;
    v_bound boolean := false;
    v_tenants text[];
begin
    select
        exists (select from obs.tenant_roles),
        (select s.value = 'true' from obs.settings s where s.key = 'strict_writers' and s.tenant_id is null)
    into v_any, v_strict;
    if v_any then
        foreach v_who in array array[obs._asker(), nullif(session_user, obs._asker())] loop
            continue when v_who is null;
            select true, array_agg(t.tenant_id) filter (where t.revoked_at is null and pg_has_role(v_who, r.role, 'usage'))
            into v_bound, v_tenants
            from obs.tenant_roles t
            cross join lateral (select to_regrole(quote_ident(t.role_name))::oid as role) r
            where pg_has_role(v_who, r.role, 'member')
            having count(*) > 0;
            v_bound := v_bound and not (select a.rolsuper from pg_roles a where a.rolname = v_who);
            exit when v_bound;
        end loop;
    end if;
    if v_bound is not true and (v_strict is not true or pg_has_role(obs._asker(), 'obs_admin', 'usage')) then
        return case when v_narrow is not null then array[v_narrow] end;
    end if;
    return array(select distinct m from unnest(v_tenants) m where m = coalesce(v_narrow, m));
end
$$;
comment on function obs._writable_tenants() is 'The tenants the caller may write; NULL means any, an empty array none.';
