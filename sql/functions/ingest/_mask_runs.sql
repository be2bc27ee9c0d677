-- obs._mask_runs: a text without runs of base64 or of hexadecimal digits that hide an e-mail address
-- Called by: _scrub
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._mask_runs(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_parts text[];
    v_text text := p_text;
    v_run text;
    v_encoding text;
begin
    foreach v_encoding in array '{base64,hex}'::text[] loop
        continue when not case v_encoding
            when 'base64' then v_text ~ obs._pattern('base64_at')
            else strpos(v_text, '40') > 0 and (strpos(v_text, '2e') > 0 or strpos(v_text, '2E') > 0)
        end;
        v_parts := string_to_array(
            regexp_replace(
                v_text, case v_encoding when 'base64' then obs._pattern('base64_run') else obs._pattern('hex_run') end, E'\x1c\\&\x1f', 'g'
            ),
            E'\x1c'
        );
        v_text := v_parts[1];
        for v_i in 2..cardinality(v_parts) loop
            v_run := split_part(v_parts[v_i], E'\x1f', 1);
            -- A keyed hash of obs's own is random: one in fifty thousand reads like an address.
            v_text := v_text || case
                when length(v_run) = 32 and right(v_text, 8) ~ 'h[0-9]+:$' then v_run
                when obs._hides_email(v_run, v_encoding) then 'email:masked'
                else v_run
            end || split_part(v_parts[v_i], E'\x1f', 2);
        end loop;
    end loop;
    return v_text;
end
$$;
comment on function obs._mask_runs(text) is 'A text without runs of base64 or hexadecimal digits that hide an e-mail address.';
