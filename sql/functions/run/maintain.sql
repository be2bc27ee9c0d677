-- obs.maintain: all of maintenance that is due, in one transaction; call it each hour where CALL is not at hand
-- Called by: any scheduler, people
-- Reads/Writes: jobs, and what the steps read and write
-- Raises: nothing of its own
-- A step goes on for at most 20 pieces, and for one once 30 s have passed, so that the transaction stays short;
-- maintain_by_steps has no such limit.
create or replace function obs.maintain() returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_result jsonb := jsonb_build_object('job', 'maintain');
    v_step text;
    v_done bigint;
    v_sum bigint;
begin
    if not obs._begin_job('maintain') then
        return jsonb_build_object('job', 'maintain', 'skipped', 'another maintain is running');
    end if;
    foreach v_step in array obs.maintenance_steps() loop
        v_sum := 0;
        for v_piece in 1..20 loop
            v_done := obs.maintain_step(v_step);
            v_sum := v_sum + v_done;
            exit when v_done = 0 or v_step in ('days_made', 'days_dropped') or clock_timestamp() > v_started + interval '30 s';
        end loop;
        v_result := v_result || jsonb_build_object(v_step, v_sum);
    end loop;
    perform obs.end_maintenance(v_started, v_result);
    return v_result;
end
$$;
comment on function obs.maintain() is
'Event days ahead, thinning, retention and pruning, all that is due, in one transaction. Each hour, from any scheduler;'
' obs.maintain_by_steps commits after each piece.';
