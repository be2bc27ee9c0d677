-- obs._close_run: folds a run, ends its open stages and the run; false when it had ended otherwise
-- Called by: finish_run, _apply_lifecycle, _take_host_run, _close_abandoned, _fold_late, _drill_rows;
-- all hold the lock of the run's row
-- Reads/Writes: enrichment_runs, run_stage_stats, run_metrics and all that _fold writes
-- Raises: nothing
-- Without a status the stages decide: error when all failed, success when all succeeded, else partial. Open stages of a
-- cancelled run are cancelled, of a failed or crashed one crashed. On a run that has ended it only ends stages that late
-- events brought, with the run.
create or replace function obs._close_run(
    p_tenant_id text, p_run_id text, p_status text, p_ended_at timestamptz
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_status text := case when p_status in ('success', 'partial', 'error', 'cancelled', 'crashed') then p_status end;
    v_old text;
    v_old_end timestamptz;
    v_ended boolean;
begin
    select r.status, r.ended_at into v_old, v_old_end
    from obs.enrichment_runs r
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id;
    v_ended := v_old not in ('running', 'crashed') or coalesce(v_old = v_status, false);
    perform obs._fold(p_tenant_id, p_run_id);
    -- As _close_stage does it, for all of them at once: a run may have very many.
    update obs.run_stage_stats s
    set status = case case when v_ended then v_old else v_status end
            when 'cancelled' then 'cancelled' when 'crashed' then 'crashed' when 'error' then 'crashed'
            else case when s.count_total > 0 and s.count_success = 0 then 'error' else 'success' end
        end,
        ended_at = greatest(case when v_ended then v_old_end else p_ended_at end, s.started_at),
        finished_at = clock_timestamp(),
        updated_at = clock_timestamp()
    where s.tenant_id = p_tenant_id and s.run_id = p_run_id and s.status = 'running';
    if v_ended then
        return v_status is null or v_status = v_old;
    end if;
    perform obs._put_contactable(p_tenant_id, p_run_id);
    perform obs._put_rationale_lengths(p_tenant_id, p_run_id);
    update obs.enrichment_runs r
    set status = coalesce(v_status, (
            select case
                when count(*) filter (where s.status <> 'success') = 0 then 'success'
                when count(*) filter (where s.status not in ('error', 'crashed')) = 0 then 'error'
                else 'partial'
            end
            from obs.run_stage_stats s
            where s.tenant_id = p_tenant_id and s.run_id = p_run_id
        )),
        ended_at = greatest(p_ended_at, r.started_at),
        finished_at = clock_timestamp(),
        revision = r.revision + (v_old <> 'running')::int
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id;
    return true;
end
$$;
comment on function obs._close_run(text, text, text, timestamptz) is
'Folds a run, ends its open stages and the run; false when it had ended otherwise.';
