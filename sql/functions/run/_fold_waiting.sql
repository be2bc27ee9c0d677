-- obs._fold_waiting: folds the runs that have deltas and whose row nobody holds, those that wait longest first
-- Called by: tick
-- Reads/Writes: stage_deltas, enrichment_runs (row locks), runs_to_judge, and all that _fold and _close_run write
-- Raises: whatever a fold raises, unless p_one_by_one: then that run is left out and counted
-- Held rows are passed over before the limit counts: whoever holds a thousand runs of theirs delays nobody else's.
create or replace function obs._fold_waiting(p_max_runs int, p_one_by_one boolean, out folded int, out failed int)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_run record;
begin
    folded := 0;
    failed := 0;
    for v_run in
        select r.tenant_id, r.run_id
        from (
            select d.tenant_id, d.run_id, min(d.last_received_at) as waits_since
            from obs.stage_deltas d
            group by d.tenant_id, d.run_id
        ) w
        join obs.enrichment_runs r on r.tenant_id = w.tenant_id and r.run_id = w.run_id
        order by w.waits_since, r.tenant_id, r.run_id
        limit p_max_runs
        for no key update of r skip locked
    loop
        if not p_one_by_one then
            folded := folded + obs._fold_late(v_run.tenant_id, v_run.run_id)::int;
            perform obs._queue_run(v_run.tenant_id, v_run.run_id);
            continue;
        end if;
        begin
            folded := folded + obs._fold_late(v_run.tenant_id, v_run.run_id)::int;
            perform obs._queue_run(v_run.tenant_id, v_run.run_id);
        exception when others then
            failed := failed + 1;
            raise warning 'obs cannot add up the events of run %: SQLSTATE %', quote_literal(v_run.run_id), sqlstate;
        end;
    end loop;
end
$$;
comment on function obs._fold_waiting(int, boolean) is
'Folds runs with deltas, those that wait longest first; one by one, a run that fails is counted and left out.';
