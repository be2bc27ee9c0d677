-- obs.claim_night_mail: true for the one caller who may mail this night of a tenant to these recipients
-- Called by: obs report --mail, forwarders that mail reports
-- Reads/Writes: night_mails, tenants, cluster
-- Raises: OB001 a tenant that is unknown or not the caller's, OB009 in a copy of the database, 22023 without a recipient or
-- for another night than the last two
-- Committed before the letter goes out, and never taken back by time: who dies in between has sent at most once.
create or replace function obs.claim_night_mail(p_tenant_id text, p_night date, p_recipients text[]) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '1s'
as $$
begin
    perform obs._reported_tenant(p_tenant_id);
    if not obs._is_own_cluster() then
        raise exception 'this database is a copy: it may tell nobody'
            using errcode = 'OB009', hint = 'If it is no copy but has moved: select obs.accept_cluster().';
    end if;
    if not exists (
        select from obs.last_night n where n.tenant_id = p_tenant_id and p_night in (n.night, n.night - 1)
    ) then
        raise exception 'the night % is not one of the last two', coalesce(p_night::text, 'NULL')
            using errcode = '22023', hint = 'select tenant_id, night from obs.last_night;';
    end if;
    insert into obs.night_mails (tenant_id, night, recipients, claimed_by, claimed_at)
    values (p_tenant_id, p_night, obs._recipients_hash(p_recipients), obs._asker(), clock_timestamp())
    on conflict do nothing;
    return found;
exception when lock_not_available then
    return false;  -- another session is claiming it, and has not committed
end
$$;
comment on function obs.claim_night_mail(text, date, text[]) is
'True for the one caller who may mail this night of a tenant to these recipients: at most once, whoever dies. Then '
'end_night_mail.';
