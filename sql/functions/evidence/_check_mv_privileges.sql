-- obs._check_mv_privileges: whether the view's owner may read all that the view reads
-- Called by: run_check
-- Reads/Writes: settings, the catalog
-- Raises: nothing
-- A refresh runs with the rights of the owner, and only the owner may start one.
create or replace function obs._check_mv_privileges(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_view regclass := obs._host_relation(p_alert.tenant_id, 'host_mv');
    v_owner name;
    v_grants text;
    v_missing text;
begin
    if v_view is null then
        return obs._no_host(p_alert.tenant_id, 'host_mv', 'public.icp_candidate_companies');
    end if;
    select r.rolname into v_owner from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = v_view;
    select string_agg(m.name, ', ' order by m.name), string_agg(m.grants, ' ' order by m.name) into v_missing, v_grants
    from (
        select distinct obs._relation_name(c.oid) as name,
            case when not has_schema_privilege(v_owner, c.relnamespace, 'usage')
                then format('grant usage on schema %s to %I; ', c.relnamespace::regnamespace, v_owner) else '' end
            || format('grant select on %s to %I;', obs._relation_name(c.oid), v_owner) as grants
        from pg_rewrite w
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
        join pg_class c on c.oid = d.refobjid and c.oid <> v_view and c.relkind in ('r', 'p', 'v', 'm', 'f')
        where w.ev_class = v_view and not (
            has_any_column_privilege(v_owner, c.oid, 'select') and has_schema_privilege(v_owner, c.relnamespace, 'usage')
        )
    ) m;
    if v_missing is not null then
        return obs._finding(
            'cause', format('%s, which owns %s, may not read %s', v_owner, obs._relation_name(v_view), v_missing),
            'give it the right back', v_grants
        );
    end if;
    return obs._finding('clear', format('%s owns %s and may read all of it; nobody else may refresh it', v_owner, obs._relation_name(v_view)));
end
$$;
comment on function obs._check_mv_privileges(obs.alerts) is
'Whether the owner of the materialized view may read all that the view reads.';
