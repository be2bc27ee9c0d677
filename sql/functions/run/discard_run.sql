-- obs.discard_run: takes back a wrong run with everything that was stored and added up for it
-- Called by: administrators
-- Reads/Writes: every table with run rows (delete), audit_log, and all that _forget_run writes
-- Raises: OB002 unknown run, OB004 ambiguous run id, 55000 a held run, 55P03 when batches under way do not end in time
-- The table lock waits for the batches under way and holds up new ones: none can store an event of a run that is gone.
-- It waits no longer than two seconds, so that a transaction somebody left open cannot hold up every writer behind it. Who
-- holds a row of the run may come to wait for the table, behind this: so this waits in five goes, each of which gives back
-- what it has before a second has passed, when both would count as a deadlock.
create or replace function obs.discard_run(
    p_run_id text, p_tenant_id text default null, p_reason text default null
) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '400ms'
as $$
declare
    v_run obs.enrichment_runs;
    v_events bigint;
begin
    for v_try in 1..5 loop
        begin
            lock table obs.stage_deltas in share row exclusive mode;
            v_run := obs._lock_run(p_run_id, p_tenant_id);
            exit;
        exception when lock_not_available then
            if v_try = 5 then
                raise;
            end if;
        end;
    end loop;
    if exists (
        select from obs.run_holds h where h.tenant_id = v_run.tenant_id and h.run_id = p_run_id and h.released_at is null
    ) then
        raise exception 'run % is held', quote_literal(p_run_id)
            using errcode = '55000', hint = 'Who holds it, and why, is in obs.run_holds; obs.release_run ends the hold.';
    end if;
    delete from obs.run_event_logs e
    where e.tenant_id = v_run.tenant_id and e.run_id = p_run_id and e.run_day = v_run.run_day;
    get diagnostics v_events = row_count;
    delete from obs.stage_deltas d where d.tenant_id = v_run.tenant_id and d.run_id = p_run_id;
    delete from obs.latency_buckets b where b.tenant_id = v_run.tenant_id and b.run_id = p_run_id;
    delete from obs.run_error_codes c where c.tenant_id = v_run.tenant_id and c.run_id = p_run_id;
    delete from obs.run_metrics m where m.tenant_id = v_run.tenant_id and m.run_id = p_run_id;
    delete from obs.run_model_usage m where m.tenant_id = v_run.tenant_id and m.run_id = p_run_id;
    delete from obs.run_vendor_usage u where u.tenant_id = v_run.tenant_id and u.run_id = p_run_id;
    delete from obs.run_stage_stats s where s.tenant_id = v_run.tenant_id and s.run_id = p_run_id;
    delete from obs.quarantined_events q where q.tenant_id = v_run.tenant_id and q.run_id = p_run_id;
    delete from obs.enrichment_runs r where r.tenant_id = v_run.tenant_id and r.run_id = p_run_id;
    perform obs._forget_run(v_run.tenant_id, p_run_id);
    perform obs._audit(v_run.tenant_id, 'discard_run', jsonb_build_object(
        'run_id', p_run_id, 'status', v_run.status, 'events', v_events, 'reason', obs._redact_text(v_run.tenant_id, p_reason)
    ));
    return v_events;
end
$$;
comment on function obs.discard_run(text, text, text) is
'Takes back a wrong run: deletes its events and numbers and records who did it; returns the number of events '
'deleted. Administrators only.';
