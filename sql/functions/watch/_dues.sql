-- obs._dues: the moments of a schedule after p_from and up to p_to, each with the one that follows it
-- Called by: slo_nights, last_night
-- Reads/Writes: nothing
-- Raises: 22023 when the schedule cannot be read
-- Local times become moments as _due makes them, so both give the same ones. A day more on either side: a jump of the clock at
-- midnight may move a moment to the next day. Days are counted as dates: one that the session's own zone never had counts too.
create or replace function obs._dues(p_schedule text, p_time_zone text, p_from timestamptz, p_to timestamptz)
returns table (due_at timestamptz, next_due_at timestamptz)
language plpgsql immutable parallel safe rows 100 set search_path = pg_catalog, pg_temp
as $$
declare
    v_cron record;
begin
    if p_from is null or p_to is null or p_from >= p_to then
        return;
    end if;
    v_cron := obs._cron_sets(p_schedule);
    return query
    with days as (
        select (p_from at time zone p_time_zone)::date + d as day
        from generate_series(-1, (p_to at time zone p_time_zone)::date - (p_from at time zone p_time_zone)::date + 1) d
    ), moments as (
        select distinct (d.day + make_time(h, i, 0)) at time zone p_time_zone as due_at
        from days d
        cross join lateral (
            select
                extract(day from d.day)::int = any(v_cron.days) as on_day,
                extract(dow from d.day)::int = any(v_cron.weekdays) as on_weekday
        ) x
        cross join unnest(v_cron.hours) h
        cross join unnest(v_cron.minutes) i
        where extract(month from d.day)::int = any(v_cron.months)
          and ((x.on_day and x.on_weekday) or (v_cron.either and (x.on_day or x.on_weekday)))
    ), pairs as (
        select m.due_at, lead(m.due_at) over (order by m.due_at) as next_due_at
        from moments m
    )
    select p.due_at, coalesce(p.next_due_at, obs._next_due(p_schedule, p_time_zone, p.due_at))
    from pairs p
    where p.due_at > p_from and p.due_at <= p_to;
end
$$;
comment on function obs._dues(text, text, timestamptz, timestamptz) is
'The moments of a schedule after p_from and up to p_to, each with the one that follows it.';
