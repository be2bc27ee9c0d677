-- obs._age: a length of time in its two largest units
-- Called by: _message, _message_words
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._age(p_age interval) returns text
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_minutes bigint := greatest(extract(epoch from p_age), 0)::bigint / 60;
begin
    return case
        when v_minutes < 1 then 'less than a minute'
        when v_minutes < 60 then v_minutes || ' min'
        when v_minutes < 1440 then v_minutes / 60 || ' h' || coalesce(' ' || nullif(v_minutes % 60, 0) || ' min', '')
        else v_minutes / 1440 || ' d' || coalesce(' ' || nullif(v_minutes / 60 % 24, 0) || ' h', '')
    end;
end
$$;
comment on function obs._age(interval) is 'A length of time in its two largest units: 3 h 12 min.';
