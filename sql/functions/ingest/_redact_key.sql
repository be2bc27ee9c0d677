-- obs._redact_key: a key of extra that is odd or suspect, as it may be stored
-- Called by: _redact_json
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._redact_key(p_tenant_id text, p_key text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_key constant text := obs._redact_text(p_tenant_id, p_key);
begin
    return case
        when length(v_key) <= 64 and v_key !~ obs._pattern('no_key') then v_key
        else 'key:' || obs._keyed_hash(p_tenant_id, p_key)
    end;
end
$$;
comment on function obs._redact_key(text, text) is 'A key of extra that is odd or suspect, as it may be stored.';
