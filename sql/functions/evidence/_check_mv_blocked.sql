-- obs._check_mv_blocked: which session keeps the view from being refreshed now, and with which query
-- Called by: run_check
-- Reads/Writes: settings, pg_locks, pg_stat_activity
-- Raises: nothing
-- A concurrent refresh waits for every lock but ACCESS SHARE; a plain one for that too, so readers count only while one
-- waits. What a query says is shown without its literals: it may be another tenant's.
create or replace function obs._check_mv_blocked(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_view regclass := obs._host_relation(p_alert.tenant_id, 'host_mv');
    v_waits boolean;
    v_blocker record;
begin
    if v_view is null then
        return obs._no_host(p_alert.tenant_id, 'host_mv', 'public.icp_candidate_companies');
    end if;
    select coalesce(bool_or(not l.granted and l.mode = 'AccessExclusiveLock'), false) into v_waits
    from pg_locks l
    where l.locktype = 'relation' and l.relation = v_view
      and l.database = (select d.oid from pg_database d where d.datname = current_database());
    select l.pid, l.mode, a.usename, a.state, a.xact_start, count(*) over () as others,
        left(regexp_replace(regexp_replace(a.query, '''[^'']*''', '?', 'g'), '\m[0-9]+\M', '?', 'g'), 160) as query
    into v_blocker
    from pg_locks l
    join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.relation = v_view and l.granted and l.pid <> pg_backend_pid() and a.usesysid is not null
      and l.database = (select d.oid from pg_database d where d.datname = current_database())
      and (l.mode <> 'AccessShareLock' or v_waits)
    order by l.mode = 'AccessShareLock', a.xact_start nulls last
    limit 1;
    if not found then
        return obs._finding('clear', format('no session holds a lock on %s that a refresh waits for', obs._relation_name(v_view)));
    end if;
    return obs._finding(
        'cause',
        format('session %s of %s holds %s on %s', v_blocker.pid, v_blocker.usename, v_blocker.mode, obs._relation_name(v_view))
            || coalesce(', ' || v_blocker.state, '')
            || coalesce(
                format(', its transaction open for %s s', round(extract(epoch from clock_timestamp() - v_blocker.xact_start))), ''
            )
            || case when v_blocker.query = '<insufficient privilege>'
                then '; its query is hidden from obs: grant pg_read_all_stats to obs_owner' else '; query: ' || v_blocker.query end,
        'let it end or end it, then refresh again',
        format('select pg_terminate_backend(%s);', v_blocker.pid),
        jsonb_build_object('pid', v_blocker.pid, 'sessions', v_blocker.others)
    );
end
$$;
comment on function obs._check_mv_blocked(obs.alerts) is
'Which session holds a lock on the materialized view that a refresh waits for; pid, age and query.';
