-- obs._vendor_of: the vendor that an alert is about
-- Called by: the checks
-- Reads/Writes: run_vendor_usage
-- Raises: nothing
create or replace function obs._vendor_of(p_alert obs.alerts) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select u.vendor
        from obs.run_vendor_usage u
        where u.tenant_id = p_alert.tenant_id and u.run_id = p_alert.run_id
        order by u.vendor = coalesce(
                p_alert.details ->> 'vendor', nullif(p_alert.subject, ''), case p_alert.alert_code when 'OA-04' then 'openai' end
            ) desc nulls last,
            u.quota_hits desc, u.rate_limit_hits desc, u.vendor
        limit 1
    );
end
$$;
comment on function obs._vendor_of(obs.alerts) is
'The vendor that an alert is about: its subject, else the one of its run with most quota and rate-limit answers.';
