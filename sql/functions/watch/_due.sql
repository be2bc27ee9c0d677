-- obs._due: the first moment of a schedule after p_at, or the last one up to it; NULL when there is none in 8 years
-- Called by: _next_due, _last_due
-- Reads/Writes: nothing
-- Raises: 22023 when the schedule cannot be read
-- A local time is one moment, on every day: where the clock jumps over it, the moment as long after the jump as it
-- lies after its beginning; where the clock shows it twice, the second one. Both are what AT TIME ZONE makes of it.
-- Three matching days, the first a day too far back: a jump at midnight may move a moment to the next day.
create or replace function obs._due(p_schedule text, p_time_zone text, p_at timestamptz, p_forward boolean) returns timestamptz
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    v_cron record := obs._cron_sets(p_schedule);
    v_today date := (p_at at time zone p_time_zone)::date;
    v_day date;
    v_days date[] := array[]::date[];
    v_on_day boolean;
    v_on_weekday boolean;
begin
    for v_n in -1 .. 3000 loop
        v_day := v_today + case when p_forward then v_n else -v_n end;
        continue when extract(month from v_day)::int <> all(v_cron.months);
        v_on_day := extract(day from v_day)::int = any(v_cron.days);
        v_on_weekday := extract(dow from v_day)::int = any(v_cron.weekdays);
        if (v_on_day and v_on_weekday) or (v_cron.either and (v_on_day or v_on_weekday)) then
            v_days := v_days || v_day;
            exit when cardinality(v_days) = 3;
        end if;
    end loop;
    return (
        select case when p_forward then min(m.due_at) filter (where m.due_at > p_at)
            else max(m.due_at) filter (where m.due_at <= p_at) end
        from (
            select (d + make_time(h, i, 0)) at time zone p_time_zone as due_at
            from unnest(v_days) d, unnest(v_cron.hours) h, unnest(v_cron.minutes) i
        ) m
    );
end
$$;
comment on function obs._due(text, text, timestamptz, boolean) is
'The first moment of a schedule after p_at, or with p_forward false the last one up to it.';
