-- obs._check_mv_changed: whether the view's definition is another one than at the last good run
-- Called by: run_check
-- Reads/Writes: settings, host_snapshots, the catalog
-- Raises: 55P03 while somebody holds the view in ACCESS EXCLUSIVE mode
create or replace function obs._check_mv_changed(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_view regclass := obs._host_relation(p_alert.tenant_id, 'host_mv');
    v_name text := coalesce(obs._relation_name(v_view), obs._setting(p_alert.tenant_id, 'host_mv') #>> '{}');
    v_good obs.host_snapshots := obs._good_snapshot(p_alert, v_name);
    v_now jsonb;
    v_changed text;
begin
    if v_view is null and v_good.run_id is not null then
        return obs._finding(
            'cause', format('%s does not exist; at run %s it did', v_name, v_good.run_id), 're-apply the migrations that make it'
        );
    elsif v_view is null then
        return obs._no_host(p_alert.tenant_id, 'host_mv', 'public.icp_candidate_companies');
    elsif v_good.run_id is null then
        return obs._finding('unknown', format('no good run has left a checksum of %s to compare with', v_name));
    end if;
    v_now := obs._host_parts(p_alert.tenant_id, v_view);
    select string_agg(k.key, ' and ' order by k.key) into v_changed
    from unnest(array['columns', 'definition']) k (key)
    where v_now -> k.key is distinct from v_good.parts -> k.key;
    if v_changed is null then
        return obs._finding('clear', format('%s has the definition that it had at run %s', v_name, v_good.run_id));
    end if;
    return obs._finding(
        'cause', format('%s has changed since run %s: %s', v_name, v_good.run_id, v_changed),
        're-apply the migrations, then run scripts/refresh_icp_mv.py', format('select pg_get_viewdef(%L::regclass, true);', v_name)
    );
end
$$;
comment on function obs._check_mv_changed(obs.alerts) is
'Whether the materialized view''s definition is another one than at the last good run.';
