-- obs._domain_check: whether a domain is one, and whether the crawl could resolve it
-- Called by: _qa_checks
-- Reads/Writes: nothing
-- Raises: nothing
-- Labels may hold letters of any alphabet (IDN) or be punycode. p_hash: hash of the host name.
create or replace function obs._domain_check(
    p_domain text, p_is_asked boolean, p_is_resolved boolean, p_is_unresolved boolean, p_hash text
) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_host constant text := obs._host_of(p_domain);
    v_labels constant text[] := string_to_array(v_host, '.');
    v_last constant text := v_labels[cardinality(v_labels)];
    v_fault text;
begin
    if v_host is null then
        if p_is_asked then
            return obs._checked('fail', 'there is no domain');
        end if;
        return obs._checked('unknown', 'no event and no view says the domain');
    end if;
    v_fault := case
        when v_host like '%@%' then 'it is an e-mail address'
        when v_host ~ '^[0-9.]+$' or v_host ~ '^\[|:' then 'it is an IP address'
        when v_host ~ '[\u0080-\u00a0\u200b-\u206f\u3000\ufe00-\uff20]' or v_host ~ '[\x01-\x20\x7f]'
            then 'it holds characters that no domain has'
        when cardinality(v_labels) < 2 then 'it has no top-level domain'
        when length(v_host) > 253 or exists (
            select from unnest(v_labels) as l (label)
            where l.label !~ '^[^\x01-\x2c\x2e\x2f\x3a-\x60\x7b-\x7f]{1,63}$' or l.label ~ '^-|-$'
        ) then 'its labels are not those of a domain'
        when length(v_last) < 2 or v_last ~ '^[0-9-]+$' then 'its top-level domain cannot be'
        when v_last in ('example', 'invalid', 'localhost', 'test', 'local', 'internal', 'lan', 'home', 'corp', 'onion', 'arpa')
            then 'its top-level domain is not of the public internet'
    end;
    if v_fault is not null then
        return obs._checked('fail', 'not the domain of a company: ' || v_fault, length(v_host), p_hash);
    elsif p_is_resolved then
        return obs._checked('pass', 'well-formed, and the crawl reached it', length(v_host), p_hash);
    elsif p_is_unresolved then
        return obs._checked('fail', 'well-formed, but the crawl could not resolve it', length(v_host), p_hash);
    end if;
    return obs._checked('unknown', 'well-formed; no crawl says whether it resolves', length(v_host), p_hash);
end
$$;
comment on function obs._domain_check(text, boolean, boolean, boolean, text) is
'Whether a domain is well-formed, and whether the crawl could resolve it.';
