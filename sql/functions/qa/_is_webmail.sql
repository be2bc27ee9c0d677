-- obs._is_webmail: whether a domain, or one that it lies under, is on the list of personal mail; NULL when no list is loaded
-- Called by: _contacts_check
-- Reads/Writes: webmail_domains
-- Raises: nothing
-- Everybody's list and the tenant's own are looked up apart: each is one probe of the key, together they would be a scan.
create or replace function obs._is_webmail(p_tenant_id text, p_domain text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_labels constant text[] := string_to_array(obs._host_of(p_domain), '.');
    v_hashes constant bytea[] := array(
        select sha256(convert_to(array_to_string(v_labels[n.place:], '.'), 'UTF8'))
        from generate_series(1, least(cardinality(v_labels) - 1, 10)) as n (place)
    );
begin
    if exists (select from obs.webmail_domains w where w.tenant_id is null and w.domain_hash = any(v_hashes))
        or exists (select from obs.webmail_domains w where w.tenant_id = p_tenant_id and w.domain_hash = any(v_hashes))
    then
        return true;
    end if;
    return case when exists (select from obs.webmail_domains w where w.tenant_id is null)
        or exists (select from obs.webmail_domains w where w.tenant_id = p_tenant_id) then false end;
end
$$;
comment on function obs._is_webmail(text, text) is
'Whether a domain, or one that it lies under, is on the list of personal mail; NULL when no list is loaded.';
