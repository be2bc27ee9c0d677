-- obs._is_webmail: whether a domain, or one that it lies under, is on the list of personal mail; NULL when no list is loaded
-- Called by: _contacts_check
-- Reads/Writes: webmail_domains
-- Raises: nothing
create or replace function obs._is_webmail(p_tenant_id text, p_domain text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_labels constant text[] := string_to_array(obs._host_of(p_domain), '.');
begin
    if not exists (select from obs.webmail_domains w where w.tenant_id is null or w.tenant_id = p_tenant_id) then
        return null;
    end if;
    return exists (
        select from generate_series(1, least(cardinality(v_labels) - 1, 10)) as n (place)
        join obs.webmail_domains w
            on w.domain_hash = sha256(convert_to(array_to_string(v_labels[n.place:], '.'), 'UTF8'))
            and (w.tenant_id is null or w.tenant_id = p_tenant_id)
    );
end
$$;
comment on function obs._is_webmail(text, text) is
'Whether a domain, or one that it lies under, is on the list of personal mail; NULL when no list is loaded.';
