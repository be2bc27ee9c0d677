-- obs.maintain: all of maintenance that is due, in one transaction; call it each hour where CALL is not at hand
-- Called by: any scheduler, people
-- Reads/Writes: jobs, and what the steps read and write
-- Raises: nothing of its own
-- A step goes on for at most 5 s, and for one piece once 30 s have passed, so that the transaction stays short;
-- maintain_by_steps goes on for minutes. A step that fails is taken back alone, named under `failed` with its SQLSTATE, and the
-- others go on; the heartbeat is not stamped then, so that condition WD-09 tells it.
create or replace function obs.maintain() returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_result jsonb := jsonb_build_object('job', 'maintain');
    v_step text;
    v_until timestamptz;
    v_done bigint;
    v_sum bigint;
    v_failed jsonb := jsonb_build_object();
begin
    if not obs._begin_job('maintain') then
        return jsonb_build_object('job', 'maintain', 'skipped', 'another maintain is running');
    end if;
    foreach v_step in array obs.maintenance_steps() loop
        v_sum := 0;
        v_until := least(clock_timestamp() + interval '5 s', v_started + interval '30 s');
        begin
            loop
                v_done := obs.maintain_step(v_step);
                v_sum := v_sum + v_done;
                exit when v_done = 0 or v_step in ('days_made', 'days_dropped') or clock_timestamp() > v_until;
            end loop;
            v_result := v_result || jsonb_build_object(v_step, v_sum);
        exception when others then
            v_failed := v_failed || jsonb_build_object(v_step, sqlstate);
        end;
    end loop;
    if v_failed <> '{}' then
        raise warning 'maintenance failed in part: %', v_failed
            using hint = 'select obs.maintain_step(''<step>'') shows what is wrong with one.';
        return v_result || jsonb_build_object('failed', v_failed);
    end if;
    perform obs.end_maintenance(v_started, v_result);
    return v_result;
end
$$;
comment on function obs.maintain() is
'Event days ahead, thinning, retention and pruning, all that is due, in one transaction. Each hour, from any scheduler;'
' obs.maintain_by_steps commits after each piece.';
