-- obs._cron_field: the numbers that one field of a cron expression names; NULL when it cannot be read
-- Called by: _cron_sets
-- Reads/Writes: nothing
-- Raises: nothing
-- Lists, ranges and steps (1,5-9,*/15,10/20) and words: p_words[1] stands for p_low. A range of weekdays may end with
-- Sunday, by name or as 7.
create or replace function obs._cron_field(p_field text, p_low int, p_high int, p_words text[] default '{}') returns int[]
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_part text;
    v_found text[];
    v_ends int[];
    v_step int;
    v_set int[] := array[]::int[];
begin
    foreach v_part in array string_to_array(lower(p_field), ',') loop
        v_found := regexp_match(v_part, '^(\*|([a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?)(?:/(\d{1,2}))?$');
        if v_found is null then
            return null;
        end if;
        v_step := coalesce(v_found[4]::int, 1);
        v_ends := array(
            select case when w.word ~ '^\d' then w.word::int else array_position(p_words, w.word) - 1 + p_low end
            from unnest(v_found[2:3]) with ordinality as w (word, place)
            order by w.place
        );
        if v_found[1] = '*' then
            v_ends := array[p_low, p_high];
        elsif v_found[3] is null then
            v_ends[2] := case when v_found[4] is null then v_ends[1] else p_high end;
        elsif p_low = 0 and p_high = 7 and v_ends[1] > 0 and v_ends[2] = 0 then
            v_ends[2] := 7;
        end if;
        if coalesce(v_ends[1] < p_low or v_ends[2] > p_high or v_ends[1] > v_ends[2] or v_step < 1, true) then
            return null;
        end if;
        v_set := v_set || array(select generate_series(v_ends[1], v_ends[2], v_step));
    end loop;
    return v_set;
end
$$;
comment on function obs._cron_field(text, int, int, text[]) is
'The numbers that one field of a cron expression names; NULL when it cannot be read.';
