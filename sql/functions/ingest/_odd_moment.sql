-- obs._odd_moment: the moment in a text that is not of the plain form: no zone, end of a month, Unix seconds
-- Called by: _moment
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._odd_moment(p_text text) returns timestamptz
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_part text[] := regexp_match(
        left(p_text, 64),
        '^[ \t\n\r]*([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):([0-5][0-9])'
        '(?::([0-5][0-9])([.,][0-9]{1,9})?)?[ \t\n\r]*(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?[ \t\n\r]*$',
        'i'
    );
begin
    if p_text ~ '^[0-9]{9,10}([.][0-9]{1,9})?$' then
        return to_timestamp(p_text::float8);
    end if;
    if v_part is null or v_part[1] = '0000'
        or v_part[3]::int > extract(day from make_date(v_part[1]::int, v_part[2]::int, 1) + interval '1 month' - interval '1 day')
    then
        return null;
    end if;
    return (
        format('%s-%s-%s %s:%s:%s', v_part[1], v_part[2], v_part[3], v_part[4], v_part[5], coalesce(v_part[6], '00'))
        || replace(coalesce(v_part[7], ''), ',', '.') || coalesce(upper(v_part[8]), 'Z')
    )::timestamptz;
end
$$;
comment on function obs._odd_moment(text) is
'The moment in a text that is not of the plain form: no zone, end of a month, Unix seconds.';
