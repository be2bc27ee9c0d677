-- obs._check_vendor_key: whether the vendor still takes the key
-- Called by: run_check
-- Reads/Writes: run_vendor_usage, run_error_codes
-- Raises: nothing
create or replace function obs._check_vendor_key(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_vendor text := obs._vendor_of(p_alert);
    v_calls int;
    v_refused bigint;
begin
    select u.calls into v_calls
    from obs.run_vendor_usage u
    where u.tenant_id = p_alert.tenant_id and u.run_id = p_alert.run_id and u.vendor = v_vendor;
    if not found then
        return obs._finding('unknown', 'the run has no vendor call');
    end if;
    select coalesce(sum(c.n), 0) into v_refused
    from obs.run_error_codes c
    where c.tenant_id = p_alert.tenant_id and c.run_id = p_alert.run_id and c.kind = 'call' and c.vendor = v_vendor
      and c.error_code in ('HTTP_401', 'HTTP_403', 'AUTHENTICATION_ERROR', 'PERMISSION_DENIED_ERROR', 'INVALID_API_KEY');
    if v_refused >= 3 and v_refused >= 0.5 * v_calls then
        return obs._finding(
            'cause', format('%s refused its key: %s of %s calls answered 401 or 403', v_vendor, v_refused, v_calls),
            'renew the key'
        );
    end if;
    return obs._finding('clear', format('%s took its key: %s of %s calls answered 401 or 403', v_vendor, v_refused, v_calls));
end
$$;
comment on function obs._check_vendor_key(obs.alerts) is 'Whether the vendor still takes the key: calls answered 401 or 403.';
