-- obs.maintain_by_steps: all of maintenance that is due, each piece a transaction of its own
-- Called by: pg_cron each hour, people (CALL, outside a transaction)
-- Reads/Writes: what maintain_step and end_maintenance read and write, with their rights
-- Raises: OB023 at its end, when a step failed: the others are done and committed, the heartbeat is not stamped
-- After each piece it rests as long as the piece took, 0.1 s at most: on few processors a writer that is ready to run would else
-- wait behind one piece after the other.
-- A procedure that commits can carry no SET and no other rights than its caller's: every name is qualified.
-- A step has a minute, so that no tenant's heavy texts keep others' data from leaving; after four minutes each step that is left
-- does one piece, and days are dropped whatever the audit has before it: the statement_timeout of obs_cron, five minutes, counts
-- for the whole CALL.
create or replace procedure obs.maintain_by_steps()
language plpgsql
as $$
declare
    v_started constant pg_catalog.timestamptz := pg_catalog.clock_timestamp();
    v_until constant pg_catalog.timestamptz
        := pg_catalog.clock_timestamp() operator(pg_catalog.+) '4 minutes'::pg_catalog.interval;
    v_result pg_catalog.jsonb := pg_catalog.jsonb_build_object('job', 'maintain');
    v_step_until pg_catalog.timestamptz;
    v_step pg_catalog.text;
    v_began pg_catalog.timestamptz;
    v_done pg_catalog.int8;
    v_sum pg_catalog.int8;
    v_failed pg_catalog.jsonb := pg_catalog.jsonb_build_object();
begin
    foreach v_step in array obs.maintenance_steps() loop
        v_sum := 0;
        v_step_until := least(v_until, pg_catalog.clock_timestamp() operator(pg_catalog.+) '1 minute'::pg_catalog.interval);
        loop
            v_began := pg_catalog.clock_timestamp();
            begin
                v_done := obs.maintain_step(v_step);
            exception when others then
                v_failed := pg_catalog.jsonb_set(v_failed, array[v_step], pg_catalog.to_jsonb(sqlstate));
                v_done := 0;
            end;
            commit;
            if v_done is null then
                return;  -- another session is at maintenance, and will stamp the job
            end if;
            v_sum := v_sum operator(pg_catalog.+) v_done;
            perform pg_catalog.pg_sleep(least(0.1, pg_catalog.date_part(
                'epoch', pg_catalog.clock_timestamp() operator(pg_catalog.-) v_began
            )));
            exit when v_done operator(pg_catalog.=) 0 or pg_catalog.clock_timestamp() operator(pg_catalog.>) v_step_until;
        end loop;
        v_result := pg_catalog.jsonb_set(v_result, array[v_step], pg_catalog.to_jsonb(v_sum));
    end loop;
    if v_failed operator(pg_catalog.<>) '{}'::pg_catalog.jsonb then
        raise exception 'maintenance failed in part: %', v_failed
            using errcode = 'OB023', hint = 'select obs.maintain_step(''<step>'') shows what is wrong with one; the others are done.';
    end if;
    perform obs.end_maintenance(v_started, v_result);
end
$$;
comment on procedure obs.maintain_by_steps is
'All of maintenance that is due, each piece a transaction of its own, so that nobody waits for it; pg_cron''s job.';
