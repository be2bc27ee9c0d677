-- obs._redact_member: what stands under one key of extra, as it may be stored
-- Called by: _redact_json
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._redact_member(
    p_tenant_id text, p_key text, p_value jsonb, p_allowed text[], p_strict boolean, p_depth int
) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_class constant text := obs._key_class(p_key);
    v_kept constant boolean := v_class = 'plain' or p_key = any(p_allowed);
begin
    return case
        when v_class = 'other' and length(p_value::text) < 12 and jsonb_typeof(p_value) in ('number', 'boolean', 'null') then p_value
        else obs._redact_json(p_tenant_id, p_value, v_class, v_kept and v_class <> 'number', p_allowed, p_strict and not v_kept, p_depth)
    end;
end
$$;
comment on function obs._redact_member(text, text, jsonb, text[], boolean, int) is
'What stands under one key of extra, as it may be stored.';
