-- obs._ensure_event_day: makes the event partition of a day when it is missing; true when it was made now
-- Called by: _open_run, _prepare_runs, _make_days_ahead
-- Reads/Writes: event_days, run_event_logs (table lock, a partition), the catalog
-- Raises: 55P03 when a day must be made and another transaction that makes one stays open
-- LIKE + ATTACH under SHARE UPDATE EXCLUSIVE: writers and readers of the parent go on. The lock is taken before the
-- recheck, so two sessions on the same day cannot both make it. A commit is seen by others a moment before they are told
-- that the parent has a new partition; the maker holds its lock until they are. Whoever meets the day in that moment waits
-- for the lock, since its insert would find no partition; for a second at most, since who holds the lock may be making
-- another day, in a transaction that stays open. Whoever needs a day that is missing waits for it for 5 s.
-- A day that retention has dropped is made again for a run that is new, as when an old log is imported. The runs it had are
-- expired, so nothing of theirs comes back.
create or replace function obs._ensure_event_day(p_day date) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '5s'
as $$
declare
    v_name text := format('run_event_logs_%s', to_char(p_day, 'YYYYMMDD'));
    v_young boolean;
begin
    select d.created_at > clock_timestamp() - interval '10 minutes'
    into v_young
    from obs.event_days d
    where d.run_day = p_day and d.dropped_at is null;
    if found then
        if v_young and exists (
            select from pg_locks l
            where l.relation = 'obs.run_event_logs'::regclass and l.mode = 'ShareUpdateExclusiveLock' and l.granted
              and l.pid <> pg_backend_pid()
        ) then
            begin
                perform set_config('lock_timeout', '1s', true);
                lock table obs.run_event_logs in share update exclusive mode;
            exception when lock_not_available then
                null;  -- the day is there in all likelihood
            end;
        end if;
        return false;
    end if;
    lock table obs.run_event_logs in share update exclusive mode;
    if exists (select from obs.event_days d where d.run_day = p_day and d.dropped_at is null) then
        return false;
    end if;
    -- A dropped day keeps its table, empty, when something of somebody's hangs on it.
    if to_regclass('obs.' || v_name) is null then
        execute format('create table obs.%I (like obs.run_event_logs including all)', v_name);
        perform obs._secure_table(format('obs.%I', v_name)::regclass);
        execute format('comment on table obs.%I is %L', v_name, format('Events of the runs that started on %s (UTC).', p_day));
        execute format(
            'alter table obs.run_event_logs attach partition obs.%I for values from (%L) to (%L)', v_name, p_day, p_day + 1
        );
    end if;
    insert into obs.event_days (run_day) values (p_day)
    on conflict (run_day) do update set created_at = excluded.created_at, dropped_at = null;
    return true;
end
$$;
comment on function obs._ensure_event_day(date) is
'Makes the event partition of a day when missing, also one that retention has dropped; true when it was made now.';
