-- obs._check_icp_rules: whether the tenant's icp_rules are there, and the same as at the last good run
-- Called by: run_check
-- Reads/Writes: settings, host_snapshots, the host's table of rules
-- Raises: 55P03 while somebody holds the table in ACCESS EXCLUSIVE mode
create or replace function obs._check_icp_rules(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_rules regclass := obs._host_relation(p_alert.tenant_id, 'host_icp_rules');
    v_name text := obs._relation_name(v_rules);
    v_good obs.host_snapshots;
    v_now jsonb;
    v_look text;
begin
    if v_rules is null then
        return obs._no_host(p_alert.tenant_id, 'host_icp_rules', 'public.icp_rules');
    end if;
    v_now := obs._host_parts(p_alert.tenant_id, v_rules);
    v_look := format('select * from %s where tenant_id::text = %L;', v_name, p_alert.tenant_id);
    if not v_now ? 'rows' then
        return obs._unreadable(v_rules);
    elsif (v_now -> 'row_count')::int = 0 then
        return obs._finding('cause', format('%s has no row of this tenant', v_name), 'see whether the rules were persisted; restore them', v_look);
    end if;
    v_good := obs._good_snapshot(p_alert, v_name);
    if v_good.parts -> 'rows' is null then
        return obs._finding('unknown', format('%s row(s) in %s, checksum %s; no good run has left one to compare with',
            v_now -> 'row_count', v_name, left(v_now ->> 'rows', 8)));
    elsif v_now -> 'rows' <> v_good.parts -> 'rows' or v_now -> 'columns' <> v_good.parts -> 'columns' then
        return obs._finding(
            'cause', format('%s changed since run %s: checksum %s, was %s', v_name, v_good.run_id, left(v_now ->> 'rows', 8),
                left(v_good.parts ->> 'rows', 8)),
            'see what was changed; widen the rules, or restore them', v_look
        );
    end if;
    return obs._finding('clear', format('%s is as it was at run %s, checksum %s', v_name, v_good.run_id, left(v_now ->> 'rows', 8)));
end
$$;
comment on function obs._check_icp_rules(obs.alerts) is
'Whether the tenant''s icp_rules are there, and have the checksum that they had at the last good run.';
