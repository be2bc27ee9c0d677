-- obs._run_with_events: the run whose raw events are asked for
-- Called by: run_events_csv
-- Reads/Writes: enrichment_runs, with the rights of who asks
-- Raises: OB002 unknown run, OB004 ambiguous run id, OB024 its events are past their window
create or replace function obs._run_with_events(p_run_id text, p_tenant_id text) returns obs.enrichment_runs
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, null);
    v_run obs.enrichment_runs;
begin
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    if v_run.expired_at is not null then
        raise exception 'the raw events of run % left with their window on %', quote_literal(p_run_id),
            to_char(v_run.expired_at at time zone 'UTC', 'YYYY-MM-DD')
            using errcode = 'OB024', hint = 'Its numbers stay: select obs.run_stats(p_run_id => ...).';
    end if;
    return v_run;
end
$$;
comment on function obs._run_with_events(text, text) is
'The run whose raw events are asked for; refuses one whose events are gone.';
