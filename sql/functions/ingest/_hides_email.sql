-- obs._hides_email: whether a run of base64 characters decodes to a text with an e-mail address
-- Called by: _mask_runs
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._hides_email(p_run text) returns boolean
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_run text := translate(rtrim(p_run, '='), '-_', '+/');
    v_part text;
begin
    if v_run !~ obs._pattern('base64_text') then
        return false;
    end if;
    -- The text may begin anywhere in the run: four ways to cut it into quads.
    for v_offset in 0..3 loop
        v_part := substr(v_run, 1 + v_offset);
        v_part := rpad(v_part, (length(v_part) + 3) / 4 * 4, 'A');
        if encode(decode(v_part, 'base64'), 'escape') ~ obs._pattern('plain_email') then
            return true;
        end if;
    end loop;
    return false;
end
$$;
comment on function obs._hides_email(text) is 'Whether a run of base64 characters decodes to a text with an e-mail address.';
