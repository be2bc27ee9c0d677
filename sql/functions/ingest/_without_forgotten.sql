-- obs._without_forgotten: a text without the hashes of addresses that its tenant was asked to forget
-- Called by: _mend
-- Reads/Writes: forgotten_emails
-- Raises: nothing
create or replace function obs._without_forgotten(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := p_text;
    v_hash text;
begin
    for v_hash in
        select f.hash from obs.forgotten_emails f
        where f.tenant_id = p_tenant_id
          and f.hash in (select m.found[1] from regexp_matches(p_text, 'h[0-9]+:[0-9a-f]{32}', 'g') m (found))
    loop
        v_text := replace(replace(v_text, 'email:' || v_hash, 'email:forgotten'), v_hash, 'masked');
    end loop;
    return v_text;
end
$$;
comment on function obs._without_forgotten(text, text) is
'A text without the hashes of addresses that its tenant was asked to forget.';
