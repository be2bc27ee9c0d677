-- obs._try_drop_days: drops event days, all of them or none; false when somebody is in the way
-- Called by: _drop_days
-- Reads/Writes: event_days, enrichment_runs, stage_deltas (table lock), run_event_logs (table lock, partitions)
-- Raises: nothing
-- The locks are those of the doors, in their order: stage_deltas, by which a door has finished with what it looked up, the
-- parent, the day. Each is waited for 30 ms, so that a writer queued behind all three waits less than 100 ms. They are held
-- until the transaction ends. Whoever may use the schema can make a view, function or column that depends on a day's table:
-- it keeps the empty table and no event. Files are removed by the commit, after the locks.
create or replace function obs._try_drop_days(p_days date[]) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '30ms'
as $$
declare
    v_day date;
begin
    -- Rows before tables: with the tables locked nobody's row may be waited for.
    perform from obs.enrichment_runs r
    where r.run_day = any(p_days) and r.raw_gone_at is null
    order by r.tenant_id, r.run_id
    for no key update;
    update obs.enrichment_runs r
    set raw_gone_at = obs.now()
    where r.run_day = any(p_days) and r.raw_gone_at is null and r.expired_at is not null;
    update obs.event_days d set dropped_at = obs.now() where d.run_day = any(p_days);
    lock table obs.stage_deltas in share row exclusive mode;
    lock table only obs.run_event_logs in access exclusive mode;
    -- A run may have been opened in one of the days before the doors were held.
    if exists (select from obs.enrichment_runs r where r.run_day = any(p_days) and r.raw_gone_at is null) then
        raise exception 'a run came in' using errcode = 'lock_not_available';
    end if;
    foreach v_day in array p_days loop
        begin
            execute format('drop table if exists obs.%I', format('run_event_logs_%s', to_char(v_day, 'YYYYMMDD')));
        exception when dependent_objects_still_exist then
            execute format('truncate table obs.%I', format('run_event_logs_%s', to_char(v_day, 'YYYYMMDD')));
            raise warning 'events of % are gone, but something of yours needs their table, so it stays empty', v_day
                using hint = format(
                    'begin; drop table obs.%I; rollback; names it. Without it the table may be dropped.',
                    format('run_event_logs_%s', to_char(v_day, 'YYYYMMDD'))
                );
        end;
    end loop;
    return true;
exception when lock_not_available then
    return false;
end
$$;
comment on function obs._try_drop_days(date[]) is
'Drops event days, all of them or none; false when a reader, a vacuum or a dump is in the way for more than 30 ms.';
