-- obs._cron_sets: a schedule, 'HH:MM' or five cron fields, as the minutes, hours, days, months and weekdays it names
-- Called by: expect, _due, _dues
-- Reads/Writes: nothing
-- Raises: 22023 when it cannot be read, naming the field
-- As cron has it: when days and weekdays are both restricted, either will do; a field that begins with * restricts
-- nothing in that sense. Sunday is 0.
create or replace function obs._cron_sets(
    p_schedule text,
    out minutes int[], out hours int[], out days int[], out months int[], out weekdays int[], out either boolean
)
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text := btrim(regexp_replace(p_schedule, '\s+', ' ', 'g'));
    v_fields text[] := string_to_array(v_text, ' ');
    v_fault text;
begin
    if v_text ~ '^\d{1,2}:\d{2}$' then
        v_fields := array[split_part(v_text, ':', 2), split_part(v_text, ':', 1), '*', '*', '*'];
    end if;
    if cardinality(v_fields) is distinct from 5 then
        raise exception 'schedule % cannot be read: it takes a local time such as 02:30 or five cron fields',
            quote_nullable(left(p_schedule, 128))
            using errcode = '22023';
    end if;
    minutes := obs._cron_field(v_fields[1], 0, 59);
    hours := obs._cron_field(v_fields[2], 0, 23);
    days := obs._cron_field(v_fields[3], 1, 31);
    months := obs._cron_field(v_fields[4], 1, 12, '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}');
    weekdays := array(
        select n % 7 from unnest(obs._cron_field(v_fields[5], 0, 7, '{sun,mon,tue,wed,thu,fri,sat}')) n
    );
    either := v_fields[3] not like '*%' and v_fields[5] not like '*%';
    v_fault := case
        when minutes is null then 'minute takes 0 to 59'
        when hours is null then 'hour takes 0 to 23'
        when days is null then 'day of the month takes 1 to 31'
        when months is null then 'month takes 1 to 12 or jan to dec'
        when weekdays = '{}' then 'weekday takes 0 to 7 or sun to sat'
    end;
    if v_fault is not null then
        raise exception 'schedule % cannot be read: %', quote_literal(left(p_schedule, 128)), v_fault using errcode = '22023';
    end if;
end
$$;
comment on function obs._cron_sets(text) is
'A schedule, HH:MM or five cron fields, as the minutes, hours, days, months and weekdays it names.';
