-- obs.end_night_mail: records that a claimed night was mailed, or gives it free again
-- Called by: obs report --mail, forwarders that mail reports
-- Reads/Writes: night_mails, tenants, tenant_roles
-- Raises: OB001 a tenant that is unknown or not the caller's, 22023 without a recipient, 42501 for a claim of somebody else's
-- A claim is its maker's, or ops': given free by another, the letter under way would go out twice.
create or replace function obs.end_night_mail(p_tenant_id text, p_night date, p_recipients text[], p_sent boolean) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_recipients text := obs._recipients_hash(p_recipients);
    v_claimed_by text;
begin
    perform obs._reported_tenant(p_tenant_id);
    select m.claimed_by into v_claimed_by
    from obs.night_mails m
    where m.tenant_id = p_tenant_id and m.night = p_night and m.recipients = v_recipients
    for update;
    if v_claimed_by <> obs._asker()::text and obs._readable_tenants() is not null then
        raise exception 'the night % of tenant % was claimed by %', p_night, quote_literal(p_tenant_id), quote_literal(v_claimed_by)
            using errcode = '42501', hint = 'That login may end it, or give it free; so may ops.';
    end if;
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
'Records that a claimed night was mailed, or (p_sent false) gives it free, so that it may be mailed again: by who claimed it, or '
'ops.';
