-- obs.timeline: a run as one ordered list: stages, first failures, retries counted, silences, alerts, QA, what was changed
-- Called by: people, obs timeline, pages
-- Reads/Writes: enrichment_runs, run_stage_stats, alert_transitions, alerts, qa_draws and what its helpers read, with the
-- rights of who asks
-- Raises: OB002 unknown run, OB004 ambiguous run id; a notice when raw events are gone
create or replace function obs.timeline(p_run_id text, p_tenant_id text default null)
returns table (at timestamptz, kind text, stage text, what text, duration_ms bigint, details jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, null);
    v_run obs.enrichment_runs;
    v_until timestamptz;
    v_told_until timestamptz;
begin
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    v_until := coalesce(v_run.ended_at, obs.now());
    -- An alert fires shortly after the end; of a run that was logged later, when it was logged.
    v_told_until := greatest(v_until, v_run.finished_at) + interval '1 hour';
    return query
    select l.at, l.kind, l.stage, l.what, l.duration_ms, l.details
    from (
        select v_run.started_at as at, 1 as place, 'run' as kind, null::text as stage, 'run started' as what,
            null::bigint as duration_ms, jsonb_build_object('run_kind', v_run.kind) as details
        union all
        select v_run.ended_at, 9, 'run', null, 'run ended: ' || v_run.status, v_run.duration_ms,
            jsonb_build_object('status', v_run.status, 'late_events', v_run.late_events, 'revision', v_run.revision)
        where v_run.ended_at is not null
        union all
        select s.started_at, 3, 'stage', s.stage, s.stage || ' started', null, jsonb_build_object('planned', s.planned)
        from obs.run_stage_stats s
        where s.tenant_id = v_tenant and s.run_id = p_run_id and s.started_at is not null
        union all
        select s.ended_at, 7, 'stage', s.stage,
            format('%s ended: %s, %s of %s items failed', s.stage, s.status, s.count_error, s.count_total),
            round(extract(epoch from s.ended_at - s.started_at) * 1000)::bigint,
            jsonb_build_object('status', s.status, 'items', s.count_total, 'failed', s.count_error, 'cost_usd', s.cost_usd_exact)
        from obs.run_stage_stats s
        where s.tenant_id = v_tenant and s.run_id = p_run_id and s.ended_at is not null
        union all
        select f.at, case f.kind when 'retry' then 6 else 5 end, f.kind, f.stage, f.what, null, f.details
        from obs._run_failures(v_run) f
        union all
        select s.since, 4, 'silence', null,
            'nothing was heard' || case when s.until = v_until and v_run.ended_at is null then ' until now' else '' end,
            round(extract(epoch from s.until - s.since) * 1000)::bigint, jsonb_build_object('until', s.until)
        from obs.silences(p_run_id, v_tenant) s
        union all
        select t.at, 10, 'alert', null,
            concat_ws(' ', t.alert_code, t.subject, case t.to_state when 'firing' then 'fired' else 'resolved' end),
            case t.to_state when 'resolved' then round(extract(epoch from t.at - a.fired_at) * 1000)::bigint end,
            jsonb_build_object('alert_id', t.alert_id, 'alert_code', t.alert_code, 'subject', t.subject,
                'severity', t.severity, 'state', t.to_state, 'value', t.value, 'threshold', t.threshold, 'reason', t.reason)
        from obs.alert_transitions t
        left join obs.alerts a on a.tenant_id = t.tenant_id and a.alert_id = t.alert_id
        where t.tenant_id = v_tenant and t.is_simulation = v_run.is_simulation
          and (t.to_state = 'resolved' or (t.to_state = 'firing' and t.from_state not in ('firing', 'recovering')))
          and t.at between v_run.started_at and v_told_until and (t.run_id = p_run_id or (t.run_id is null and t.at <= v_until))
        union all
        select d.drawn_at, 8, 'qa', null, format('%s of %s companies drawn for QA (%s)', d.drawn, d.available, d.stratum), null,
            jsonb_build_object('stratum', d.stratum, 'bucket', d.bucket, 'drawn', d.drawn, 'available', d.available)
        from obs.qa_draws d
        where d.tenant_id = v_tenant and d.run_id = p_run_id
        union all
        select c.at, 2, 'change', null, c.what, null, c.details from obs._run_changes(v_run, v_until) c
    ) l
    order by l.at, l.place, l.stage, l.what;
end
$$;
comment on function obs.timeline(text, text) is
'A run as one list in order of time: run and stages begun and ended, the first failure of each stage, retries (counted), rate '
'limits, silences, alerts, QA draws, and what is not as it was in the last good run. Durations in ms.';
