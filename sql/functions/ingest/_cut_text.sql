-- obs._cut_text: the head and the end of a long text, scrubbed, its size and its keyed hash
-- Called by: _redact_text
-- Reads/Writes: tenant_peppers
-- Raises: nothing
-- Cut at spaces, and not within a number, so that nothing is cut in two and missed. What is looked at is never longer than
-- what is left: however long a text is, it holds nobody longer than one of 2000 characters.
create or replace function obs._cut_text(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_head text := left(p_text, 2000);
    -- The end of a key that began before it would not be known for one.
    v_tail text := case when strpos(p_text, 'PRIVATE KEY') = 0 then substring(right(p_text, 1000) from E'^\\S{0,250}\\s(.*)$') end;
begin
    v_head := rtrim(
        left(v_head, length(v_head) - strpos(translate(reverse(right(v_head, 250)), E'\n\r\t', '   '), ' ')), ' 0123456789().+-'
    );
    v_tail := ltrim(coalesce(v_tail, ''), ' 0123456789().+-');
    return case when obs._suspect(v_head) then obs._scrub(p_tenant_id, v_head, false) else v_head end
        || ' [cut from ' || octet_length(p_text) || ' bytes, ' || obs._keyed_hash(p_tenant_id, p_text) || '] '
        || case when obs._suspect(v_tail) then obs._scrub(p_tenant_id, v_tail, false) else v_tail end;
end
$$;
comment on function obs._cut_text(text, text) is 'The head and the end of a long text, scrubbed, its size and its keyed hash.';
