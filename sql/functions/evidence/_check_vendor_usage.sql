-- obs._check_vendor_usage: how fast the vendor is used, against the last seven runs, and how long what is left lasts
-- Called by: run_check
-- Reads/Writes: run_vendor_usage, run_metrics, enrichment_runs, run_event_logs
-- Raises: nothing
-- What is left is known from the run's metric quota_remaining with the vendor as reason, or, once the quota is used up,
-- from when that was.
create or replace function obs._check_vendor_usage(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_vendor text := obs._vendor_of(p_alert);
    v_use obs.run_vendor_usage;
    v_run obs.enrichment_runs;
    v_usual numeric;
    v_left numeric;
    v_gone_at timestamptz;
    v_minutes numeric;
    v_rate numeric;
    v_text text;
begin
    select u.* into v_use
    from obs.run_vendor_usage u
    where u.tenant_id = p_alert.tenant_id and u.run_id = p_alert.run_id and u.vendor = v_vendor;
    if not found then
        return obs._finding('unknown', 'the run has no vendor call');
    end if;
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = p_alert.tenant_id and r.run_id = p_alert.run_id;
    select percentile_cont(0.5) within group (order by u.calls) into v_usual
    from obs._earlier_runs(p_alert.tenant_id, p_alert.run_id) e
    join obs.run_vendor_usage u on u.tenant_id = p_alert.tenant_id and u.run_id = e.run_id and u.vendor = v_vendor;
    select m.value into v_left
    from obs.run_metrics m
    where m.tenant_id = p_alert.tenant_id and m.run_id = p_alert.run_id and m.name = 'quota_remaining' and m.label = v_vendor;
    select min(c.ts) into v_gone_at
    from obs._limited_calls(p_alert.tenant_id, p_alert.run_id, v_vendor, 'quota', 1) c;
    v_minutes := extract(epoch from coalesce(v_gone_at, v_run.last_event_ts, v_run.ended_at) - v_run.started_at) / 60;
    v_rate := (v_use.calls - case when v_gone_at is null then 0 else v_use.quota_hits end) / nullif(greatest(v_minutes, 1), 0);
    v_text := format('%s calls of %s, usual %s; about %s a minute', v_use.calls, v_vendor,
            coalesce(round(v_usual)::text, 'not known'), round(v_rate, 1))
        || case
            when v_gone_at is not null then format('; the quota was used up %s min after the run began, after %s calls',
                round(v_minutes), v_use.calls - v_use.quota_hits)
            when v_left is not null then format('; %s left, which last %s min of such use, or %s runs', v_left,
                coalesce(round(v_left / nullif(v_rate, 0))::text, '-'), round(v_left / greatest(v_use.calls, 1), 1))
            else '; what is left is not logged (metric quota_remaining with the vendor as reason)'
        end;
    if v_usual > 0 and v_use.calls >= 2 * v_usual and v_use.calls - v_usual >= 20 then
        return obs._finding('cause', 'usage spike: ' || v_text, 'find out what asks so much more; lower the daily cap of this vendor');
    end if;
    return obs._finding(case when v_usual is null then 'unknown' else 'clear' end, v_text);
end
$$;
comment on function obs._check_vendor_usage(obs.alerts) is
'How fast the vendor is used against the last seven runs, and how long what is left of its quota lasts.';
