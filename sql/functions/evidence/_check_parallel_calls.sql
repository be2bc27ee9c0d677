-- obs._check_parallel_calls: whether more calls ran at the same moment than usual
-- Called by: run_check
-- Reads/Writes: run_vendor_usage, run_event_logs
-- Raises: nothing
create or replace function obs._check_parallel_calls(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_vendor text := coalesce(obs._vendor_of(p_alert), 'openai');
    v_hits int := (
        select u.rate_limit_hits from obs.run_vendor_usage u
        where u.tenant_id = p_alert.tenant_id and u.run_id = p_alert.run_id and u.vendor = v_vendor
    );
    v_now record;
    v_usual numeric;
    v_text text;
begin
    if coalesce(v_hits, 0) = 0 then
        return obs._finding('clear', format('%s answered no call with 429', v_vendor));
    end if;
    select p.* into v_now from obs._peak_calls(p_alert.tenant_id, p_alert.run_id, v_vendor) p;
    select percentile_cont(0.5) within group (order by p.parallel) into v_usual
    from obs._earlier_runs(p_alert.tenant_id, p_alert.run_id, 3) e
    cross join lateral obs._peak_calls(p_alert.tenant_id, e.run_id, v_vendor) p
    where p.parallel > 0;
    if v_now.parallel is null then
        return obs._finding('unknown', format('no call of %s says how long it took', v_vendor), 'log duration_ms');
    end if;
    v_text := format('at most %s calls of %s at the same moment (%s UTC), usual %s', v_now.parallel, v_vendor,
        to_char(v_now.at at time zone 'UTC', 'HH24:MI:SS'), coalesce(round(v_usual)::text, 'not known'));
    if v_now.parallel >= 1.5 * v_usual and v_now.parallel - v_usual >= 3 then
        return obs._finding(
            'cause', 'parallelism: ' || v_text, 'lower the concurrency, or switch to the fallback model for now',
            p_data => jsonb_build_object('parallel', v_now.parallel, 'usual', v_usual, 'at', v_now.at)
        );
    end if;
    return obs._finding(case when v_usual is null then 'unknown' else 'clear' end, v_text);
end
$$;
comment on function obs._check_parallel_calls(obs.alerts) is
'Whether more calls ran at the same moment than in the last three runs, from overlapping durations.';
