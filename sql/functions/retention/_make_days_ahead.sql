-- obs._make_days_ahead: makes the event days of today and the 14 days after it; number of days made
-- Called by: maintain_step
-- Reads/Writes: event_days, the catalog
-- Raises: nothing; where somebody holds the table's lock for more than two seconds it warns and leaves the days to the next hour
create or replace function obs._make_days_ahead() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '2s'
as $$
declare
    v_day date;
    v_made int := 0;
begin
    for v_day in
        select (obs.now() at time zone 'UTC')::date + g.n from generate_series(0, 14) as g (n)
    loop
        if not exists (select from obs.event_days d where d.run_day = v_day) then
            perform obs._ensure_event_day(v_day);
            v_made := v_made + 1;
        end if;
    end loop;
    return v_made;
exception when lock_not_available then
    raise warning 'no event days made ahead: a transaction that made a day has been open for more than two seconds';
    return 0;
end
$$;
comment on function obs._make_days_ahead() is
'Makes the event days of today and the 14 days after it; returns how many were missing.';
