-- obs.end_night_mail: records that a claimed night was mailed, or gives it free again
-- Called by: obs report --mail, forwarders that mail reports
-- Reads/Writes: night_mails, tenants
-- Raises: OB001 a tenant that is unknown or not the caller's, 22023 without a recipient
create or replace function obs.end_night_mail(p_tenant_id text, p_night date, p_recipients text[], p_sent boolean) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_recipients text := obs._recipients_hash(p_recipients);
begin
    perform obs._reported_tenant(p_tenant_id);
    if p_sent then
        update obs.night_mails m set sent_at = clock_timestamp()
        where m.tenant_id = p_tenant_id and m.night = p_night and m.recipients = v_recipients;
    else
        delete from obs.night_mails m
        where m.tenant_id = p_tenant_id and m.night = p_night and m.recipients = v_recipients;
    end if;
end
$$;
comment on function obs.end_night_mail(text, date, text[], boolean) is
'Records that a claimed night was mailed, or (p_sent false) gives it free, so that it may be mailed again.';
