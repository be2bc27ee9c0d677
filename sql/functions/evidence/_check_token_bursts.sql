-- obs._check_token_bursts: whether the rate limit was met in a burst of tokens
-- Called by: run_check
-- Reads/Writes: run_vendor_usage, run_model_usage, run_event_logs
-- Raises: nothing
-- A burst is a minute with twice the peak of the last three runs or, where there is none, three times the run's median
-- minute.
create or replace function obs._check_token_bursts(p_alert obs.alerts) returns jsonb
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
    v_models text;
    v_text text;
begin
    if coalesce(v_hits, 0) = 0 then
        return obs._finding('clear', format('%s answered no call with 429', v_vendor));
    end if;
    select p.* into v_now from obs._peak_calls(p_alert.tenant_id, p_alert.run_id, v_vendor) p;
    select percentile_cont(0.5) within group (order by p.tokens) into v_usual
    from obs._earlier_runs(p_alert.tenant_id, p_alert.run_id, 3) e
    cross join lateral obs._peak_calls(p_alert.tenant_id, e.run_id, v_vendor) p
    where p.tokens > 0;
    if v_now.tokens is null or v_now.tokens = 0 then
        return obs._finding('unknown', format('no call of %s says how many tokens it took', v_vendor), 'log tokens_input and tokens_output');
    end if;
    select string_agg(format('%s %s', m.model, m.calls), ', ' order by m.calls desc) into v_models
    from obs.run_model_usage m
    where m.tenant_id = p_alert.tenant_id and m.run_id = p_alert.run_id and m.vendor = v_vendor and m.model <> '';
    v_text := format('peak of %s tokens in the minute of %s UTC; median minute of the run %s, usual peak %s%s', v_now.tokens,
        to_char(v_now.minute at time zone 'UTC', 'HH24:MI'), round(v_now.usual_tokens), coalesce(round(v_usual)::text, 'not known'),
        coalesce('; calls by model: ' || left(v_models, 120), ''));
    if v_now.tokens >= 2 * v_usual or (v_usual is null and v_now.minutes >= 5 and v_now.tokens >= 3 * v_now.usual_tokens) then
        return obs._finding(
            'cause', 'token burst: ' || v_text, 'spread the calls: smaller batches, backoff with jitter',
            p_data => jsonb_build_object('tokens', v_now.tokens, 'usual', v_usual, 'minute', v_now.minute)
        );
    end if;
    return obs._finding(case when v_usual is null and v_now.minutes < 5 then 'unknown' else 'clear' end, v_text);
end
$$;
comment on function obs._check_token_bursts(obs.alerts) is
'Whether the rate limit was met in a burst: tokens of the worst minute against the last three runs.';
