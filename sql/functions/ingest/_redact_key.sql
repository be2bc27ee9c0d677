-- obs._redact_key: a key of extra as it may be stored
-- Called by: _redact_json
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._redact_key(p_tenant_id text, p_key text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_key text;
begin
    if length(p_key) <= 64 and p_key !~ obs._pattern('no_key') and not obs._suspect(p_key) then
        return p_key;
    end if;
    v_key := obs._redact_text(p_tenant_id, p_key);
    return case
        when length(v_key) <= 64 and v_key !~ obs._pattern('no_key') then v_key
        else 'key:' || obs._keyed_hash(p_tenant_id, p_key)
    end;
end
$$;
comment on function obs._redact_key(text, text) is 'A key of extra as it may be stored.';
