-- obs._check_export_rerun: which companies have to be exported again, without the rest of the run
-- Called by: run_check
-- Reads/Writes: enrichment_runs, run_event_logs
-- Raises: nothing
create or replace function obs._check_export_rerun(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return obs._rerun(p_alert, 'export_odoo', 're-run the export only, for these');
end
$$;
comment on function obs._check_export_rerun(obs.alerts) is
'Which companies have to be exported again, without the rest of the run.';
