-- obs._extra_dear: whether an extra holds so much that must be looked at closely that it would hold its writer
-- Called by: _redact_extra
-- Reads/Writes: nothing
-- Raises: nothing
-- Each part costs as much as so many characters of a suspect text: many cheap parts are as dear as a long text. Strings stand
-- between quotes, every second one, once the escaped are gone. Lists of numbers without a card among them are looked at as a
-- whole, and a long string under a key that keeps no text is left out unread.
create or replace function obs._extra_dear(p_extra jsonb, p_allowed text[]) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := p_extra::text;
    v_read jsonb := p_extra;
begin
    if octet_length(v_text) <= 512 then
        return false;
    elsif length(v_text) - length(replace(v_text, '"', '')) > 1152 then
        return true;
    elsif jsonb_typeof(p_extra) = 'object' then
        v_read := p_extra - array(
            select e.key from jsonb_each(p_extra) e
            where jsonb_typeof(e.value) = 'string' and length(e.value #>> '{}') > 512 and e.value::text not like '"http%'
              and e.key <> all (obs._plain_keys()) and e.key <> all (p_allowed)
        );
    end if;
    v_text := replace(replace(replace(v_read::text, E'\\\\', ''), E'\\"', ''), E'\\n', ' ');
    return 4608 < (
        select sum(case
            when s.place % 2 = 1 then (length(s.part) - length(translate(s.part, '[{', ''))) * 24
                + (length(s.part) - length(replace(s.part, ',', ''))) * 6
                + case when s.part ~ '[0-9.]{12}' then regexp_count(s.part, '[0-9.]{12}') * 40 else 0 end
            when obs._suspect(s.part) then least(octet_length(s.part), 3072) + 64
            when length(s.part) > 64 or s.part ~ obs._pattern('no_identifier') then 40
            else 8
        end)
        from unnest(string_to_array(
            case when v_text ~ obs._pattern('many_digits') and v_text ~ obs._pattern('card') then v_text
                else regexp_replace(v_text, '[[][][0-9., -]*[]]', '', 'g')
            end, '"'
        )) with ordinality s (part, place)
    );
end
$$;
comment on function obs._extra_dear(jsonb, text[]) is
'Whether an extra holds so much that must be looked at closely that it would hold its writer.';
