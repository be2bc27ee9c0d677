-- obs._thin_events: thins finished runs by their tenants' capture mode; events deleted and doors closed, 0: nothing is left
-- Called by: maintain_step
-- Reads/Writes: enrichment_runs, settings, stage_deltas, run_event_logs (delete)
-- Raises: nothing
-- The resend window runs from the end of the run or its last event, whichever is later: a run that was taken for
-- crashed and goes on is left alone. Every mode stores everything first, so the numbers are the same in all. In a
-- first call the run's door for thinnable events closes (thinned_at), only in a later one they are deleted: a resend
-- under way meets its first copy. From then on such events go to quarantine, since their first copies may be gone.
-- Goes through a run by the key of its events and remembers how far it came, so a call ends after p_limit of them.
create or replace function obs._thin_events(p_limit int default 1000) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_run record;
    v_upto uuid;
    v_rows bigint;
    v_seen bigint := 0;
    v_count bigint;
    v_done bigint := 0;
begin
    while v_seen < p_limit loop
        select r.tenant_id, r.run_id, r.run_day, obs._setting(r.tenant_id, 'capture') as capture,
            coalesce(r.thinned_upto, '00000000-0000-0000-0000-000000000000') as after
        into v_run
        from obs.enrichment_runs r
        where r.thinned_at < obs.now() - interval '1 minute' and r.thin_done_at is null
        order by r.tenant_id, r.run_id
        limit 1
        for no key update skip locked;
        exit when not found;
        select count(*), (array_agg(b.event_id order by b.event_id desc))[1] into v_rows, v_upto
        from (
            select e.event_id
            from obs.run_event_logs e
            where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day
              and e.event_id > v_run.after
            order by e.event_id
            limit p_limit - v_seen
        ) b;
        delete from obs.run_event_logs e
        where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day
          and e.event_id > v_run.after and e.event_id <= v_upto
          and obs._thinnable(e.logger, e.event, e.status, e.stage, e.cost_usd, e.extra)
          and not obs._captured(v_run.capture, e.stage, e.event_id);
        get diagnostics v_count = row_count;
        update obs.enrichment_runs r
        set thinned_upto = coalesce(v_upto, r.thinned_upto),
            thin_done_at = case when v_rows < p_limit - v_seen then clock_timestamp() end
        where r.tenant_id = v_run.tenant_id and r.run_id = v_run.run_id;
        v_seen := v_seen + greatest(v_rows, 1);
        v_done := v_done + greatest(v_count, 1);
    end loop;
    update obs.enrichment_runs r
    set thinned_at = obs.now()
    from (
        select f.tenant_id, f.run_id
        from obs.enrichment_runs f
        where greatest(f.finished_at, f.last_event_at) < obs.now() - make_interval(
            secs => coalesce((obs._setting(f.tenant_id, 'resend_window_s'))::float8, 3600)
        )
          and f.finished_at is not null
          and f.thinned_at is null
          and coalesce(obs._setting(f.tenant_id, 'capture'), '"all"') not in ('"all"', '{"*": "all"}')
          and not exists (select from obs.stage_deltas d where d.tenant_id = f.tenant_id and d.run_id = f.run_id)
        order by f.tenant_id, f.run_id
        limit least(p_limit, 200)
        for no key update skip locked
    ) f
    where r.tenant_id = f.tenant_id and r.run_id = f.run_id;
    get diagnostics v_count = row_count;
    return v_done + v_count;
end
$$;
comment on function obs._thin_events(int) is
'Thins finished runs by their tenants'' capture mode, after the resend window, p_limit events a call; returns events deleted'
' and doors closed, 0 when nothing is left.';
