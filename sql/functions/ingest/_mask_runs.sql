-- obs._mask_runs: a text without runs of base64 that hide an e-mail address
-- Called by: _redact_text, _redact_id
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._mask_runs(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_parts text[] := string_to_array(
        regexp_replace(translate(p_text, E'\x1e\x1f', '  '), obs._pattern('base64_run'), E'\x1e\\&\x1f', 'g'), E'\x1e'
    );
    v_text text := v_parts[1];
    v_run text;
begin
    for v_i in 2..cardinality(v_parts) loop
        v_run := split_part(v_parts[v_i], E'\x1f', 1);
        v_text := v_text || case when obs._hides_email(v_run) then 'email:masked' else v_run end
            || split_part(v_parts[v_i], E'\x1f', 2);
    end loop;
    return v_text;
end
$$;
comment on function obs._mask_runs(text) is 'A text without runs of base64 that hide an e-mail address.';
