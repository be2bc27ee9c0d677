-- obs._judge_queue: judges the runs that were left for later
-- Called by: flush_notifications
-- Reads/Writes: runs_to_judge, enrichment_runs and all that _judge_run writes
-- Raises: nothing
-- Who has waited longest comes first, of 50 the run that started first. What is left again waits for the next call. It begins
-- nothing after two seconds: a condition that fails on every run has them all come back each time.
create or replace function obs._judge_queue() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_run record;
    v_judged int := 0;
begin
    loop
        for v_run in
            with taken as (
                delete from obs.runs_to_judge q
                where (q.tenant_id, q.run_id) in (
                    select w.tenant_id, w.run_id
                    from obs.runs_to_judge w
                    where w.queued_at < v_started
                    order by w.queued_at, w.tenant_id, w.run_id
                    limit 50
                    for update skip locked
                )
                returning q.tenant_id, q.run_id
            )
            select t.tenant_id, t.run_id
            from taken t
            join obs.enrichment_runs r on r.tenant_id = t.tenant_id and r.run_id = t.run_id
            order by t.tenant_id, r.started_at
        loop
            perform obs._judge_run(v_run.tenant_id, v_run.run_id, null);
            v_judged := v_judged + 1;
        end loop;
        exit when not found or clock_timestamp() > v_started + interval '2 s';
    end loop;
    return v_judged;
end
$$;
comment on function obs._judge_queue() is 'Judges the runs that were left for later.';
