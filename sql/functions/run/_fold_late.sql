-- obs._fold_late: folds a run and, where it has ended, ends what late events brought; true when there were any
-- Called by: _fold_waiting, which holds the lock of the run's row
-- Reads/Writes: enrichment_runs and all that _fold, _close_run, _put_contactable and _put_rationale_lengths write
-- Raises: nothing of its own
create or replace function obs._fold_late(p_tenant_id text, p_run_id text) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text;
begin
    if not obs._fold(p_tenant_id, p_run_id) then
        return false;
    end if;
    select r.status into v_status
    from obs.enrichment_runs r
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id;
    if v_status <> 'running' then
        perform obs._close_run(p_tenant_id, p_run_id, v_status, null);
        perform obs._put_contactable(p_tenant_id, p_run_id);
        perform obs._put_rationale_lengths(p_tenant_id, p_run_id);
    end if;
    return true;
end
$$;
comment on function obs._fold_late(text, text) is 'Folds a run and, where it has ended, ends what late events brought.';
