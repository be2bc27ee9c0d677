-- obs._check_vendor_limits: how many calls met the quota (402) or the rate limit (429), and from which minute on
-- Called by: run_check
-- Reads/Writes: run_vendor_usage, run_event_logs
-- Raises: nothing
create or replace function obs._check_vendor_limits(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_vendor text := obs._vendor_of(p_alert);
    v_use obs.run_vendor_usage;
    v_first timestamptz;
    v_worst record;
    v_when text;
    v_meaning text;
begin
    select u.* into v_use
    from obs.run_vendor_usage u
    where u.tenant_id = p_alert.tenant_id and u.run_id = p_alert.run_id and u.vendor = v_vendor;
    if not found then
        return obs._finding('unknown', 'the run has no vendor call');
    elsif v_use.quota_hits = 0 and v_use.rate_limit_hits = 0 then
        return obs._finding('clear', format('none of %s calls of %s met a quota or rate limit', v_use.calls, v_vendor));
    end if;
    v_meaning := case when v_use.quota_hits > 0 then 'quota' else 'rate_limit' end;
    select min(c.ts) into v_first
    from obs._limited_calls(p_alert.tenant_id, p_alert.run_id, v_vendor, v_meaning, 1) c;
    select date_trunc('minute', c.ts) as at, count(*) as n into v_worst
    from obs._limited_calls(p_alert.tenant_id, p_alert.run_id, v_vendor, v_meaning, 5000) c
    group by 1
    order by n desc, at
    limit 1;
    v_when := coalesce(', first at ' || to_char(v_first at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC', '');
    if v_use.quota_hits > 0 then
        return obs._finding(
            'cause', format('%s quota used up: %s of %s calls answered 402%s; %s answered 429', v_vendor, v_use.quota_hits, v_use.calls,
                v_when, v_use.rate_limit_hits),
            format('skip %s for the rest of the run, give contacts less weight, retry next night; if urgent, top up the quota', v_vendor),
            p_data => jsonb_build_object('quota_hits', v_use.quota_hits, 'rate_limit_hits', v_use.rate_limit_hits, 'first_at', v_first)
        );
    end if;
    return obs._finding(
        'cause', format('%s rate limit: %s of %s calls answered 429%s, most in the minute of %s UTC (%s)', v_vendor,
            v_use.rate_limit_hits, v_use.calls, v_when, to_char(v_worst.at at time zone 'UTC', 'HH24:MI'), v_worst.n),
        format('call %s less at once, back off with jitter', v_vendor),
        p_data => jsonb_build_object('quota_hits', 0, 'rate_limit_hits', v_use.rate_limit_hits, 'first_at', v_first)
    );
end
$$;
comment on function obs._check_vendor_limits(obs.alerts) is
'How many calls of the vendor met its quota (402) or rate limit (429), and from which minute on.';
