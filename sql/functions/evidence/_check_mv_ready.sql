-- obs._check_mv_ready: whether the view is populated and has the unique index that a concurrent refresh needs
-- Called by: run_check
-- Reads/Writes: settings, the catalog
-- Raises: nothing
create or replace function obs._check_mv_ready(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_view regclass := obs._host_relation(p_alert.tenant_id, 'host_mv');
    v_name text := obs._relation_name(v_view);
    v_class pg_class;
begin
    if v_view is null then
        return obs._no_host(p_alert.tenant_id, 'host_mv', 'public.icp_candidate_companies');
    end if;
    select c.* into v_class from pg_class c where c.oid = v_view;
    if v_class.relkind <> 'm' then
        return obs._finding('unknown', format('%s is no materialized view', v_name), 'let the setting host_mv name the view');
    elsif not v_class.relispopulated then
        return obs._finding(
            'cause', format('%s is not populated: it cannot be refreshed concurrently, nor read', v_name),
            'populate it once without concurrently', format('refresh materialized view %s;', v_name)
        );
    elsif not exists (
        select from pg_index i
        where i.indrelid = v_view and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
    ) then
        return obs._finding(
            'cause', format('%s has no valid unique index over plain columns: it cannot be refreshed concurrently', v_name),
            'make the unique index again', format('create unique index on %s (tenant_id, company_id);', v_name)
        );
    end if;
    return obs._finding('clear', format('%s is populated and has a unique index', v_name));
end
$$;
comment on function obs._check_mv_ready(obs.alerts) is
'Whether the materialized view is populated and has the unique index that a concurrent refresh needs.';
