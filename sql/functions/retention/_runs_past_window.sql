-- obs._runs_past_window: runs whose raw events are past their window and still there, and what keeps each
-- Called by: _expire_runs, _status_retention
-- Reads/Writes: enrichment_runs, tenants, settings, run_holds, alerts, stage_deltas
-- Raises: nothing
-- A run of day D is past a window of n days from the start of day D + n + 1 (UTC), so the last event of a run that began
-- at the end of D is kept n days in full. kept_for: running, hold, alert (one that is not resolved may still be
-- diagnosed), unfolded; NULL when nothing keeps it.
create or replace function obs._runs_past_window()
returns table (tenant_id text, run_id text, run_day date, expired_at timestamptz, due_on date, kept_for text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_today constant date := (obs.now() at time zone 'UTC')::date;
begin
    return query
    with windows as materialized (
        select t.tenant_id, obs._retention_days(t.tenant_id) as days from obs.tenants t
    )
    select r.tenant_id, r.run_id, r.run_day, r.expired_at, r.run_day + w.days + 1,
        case
            when r.expired_at is not null then null
            when r.status = 'running' then 'running'
            when exists (
                select from obs.run_holds h
                where h.tenant_id = r.tenant_id and h.run_id = r.run_id and h.released_at is null
            ) then 'hold'
            when exists (
                select from obs.alerts a
                where a.tenant_id = r.tenant_id and r.run_id in (a.run_id, a.notified_run_id) and a.resolved_at is null
            ) then 'alert'
            when exists (
                select from obs.stage_deltas d where d.tenant_id = r.tenant_id and d.run_id = r.run_id
            ) then 'unfolded'
        end
    from obs.enrichment_runs r
    join windows w on w.tenant_id = r.tenant_id and r.run_day < v_today - w.days
    where r.raw_gone_at is null and r.run_day < v_today - 14;
end
$$;
comment on function obs._runs_past_window() is
'Runs whose raw events are past their window and still there, and what keeps each of them.';
