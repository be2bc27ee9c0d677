-- obs.load_webmail_domains: adds domains of personal mail to the list that the contacts check knows
-- Called by: administrators, obs qa load-webmail
-- Reads/Writes: webmail_domains, audit_log
-- Raises: 22023 an entry that is no domain, OB001 unknown tenant
-- Only hashes are kept. All or nothing: an entry that is no domain takes back the call.
create or replace function obs.load_webmail_domains(p_domains text[], p_tenant_id text default null) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_odd text := (
        select coalesce(quote_literal(left(d.domain, 60)), 'NULL')
        from unnest(p_domains) as d (domain)
        where coalesce(obs._host_of(d.domain) !~ '^[^\x01-\x2c\x2f\x3a-\x60\x7b-\x7f]{1,253}$' or obs._host_of(d.domain) !~ '[.]', true)
        limit 1
    );
    v_new bigint;
begin
    perform obs._known_tenant(p_tenant_id);
    if p_domains is null then
        raise exception 'no list of domains was given: it is NULL' using errcode = '22023', hint = 'p_domains => ''{gmail.com,web.de}''.';
    elsif v_odd is not null then
        raise exception 'webmail domain % is no domain', v_odd using errcode = '22023', hint = 'One domain an entry, such as gmail.com.';
    end if;
    insert into obs.webmail_domains (tenant_id, domain_hash)
    select distinct p_tenant_id, sha256(convert_to(obs._host_of(d.domain), 'UTF8'))
    from unnest(p_domains) as d (domain)
    on conflict do nothing;
    get diagnostics v_new = row_count;
    perform obs._audit(p_tenant_id, 'load_webmail_domains', jsonb_build_object('new', v_new));
    return v_new;
end
$$;
comment on function obs.load_webmail_domains(text[], text) is
'Adds domains of personal mail, as hashes, to the list for one tenant or (NULL) for all; returns how many were new.';
