-- obs.run_stats: all that is known of a run in one JSON object, for GET /runs/{run_id}/stats and the run's page
-- Called by: people, obs serve
-- Reads/Writes: enrichment_runs, run_stage_stats, run_vendor_usage, run_metrics, alerts, alert_transitions,
-- alert_observations, qa_draws, qa_samples, run_event_logs, all with the rights of who asks
-- Raises: OB002 unknown run, OB004 ambiguous run id
-- source: raw while all events are there, mixed once successes were thinned out, rollup once the events are past their
-- window, none before any stage. Numbers never change by that; first_error and exemplars are read from the events.
-- An open alert goes on with the next runs: its summary here is what was last seen of this one, summary_now what it says
-- now where that is something else.
create or replace function obs.run_stats(p_run_id text, p_tenant_id text default null) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, null);
    v_run obs.enrichment_runs;
    v_stages jsonb;
    v_stats jsonb;
begin
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    select coalesce(
        jsonb_agg(
            jsonb_build_object(
                'stage', s.stage, 'status', s.status, 'count_total', s.count_total, 'count_success', s.count_success,
                'count_error', s.count_error, 'p50_ms', s.p50_ms, 'p95_ms', s.p95_ms, 'p99_ms', s.p99_ms,
                'cost_usd', trim_scale(s.cost_usd_exact), 'tokens_input', s.tokens_input_exact,
                'tokens_output', s.tokens_output_exact, 'started_at', s.started_at, 'ended_at', s.ended_at, 'finished_at', s.finished_at,
                'complete', s.complete
            )
            order by s.started_at, s.stage
        ),
        '[]'::jsonb
    )
    into v_stages
    from obs.run_stage_stats s
    where s.tenant_id = v_tenant and s.run_id = p_run_id;
    v_stats := jsonb_build_object(
        'run', jsonb_build_object(
            'run_id', v_run.run_id, 'tenant_id', v_run.tenant_id, 'kind', v_run.kind, 'status', v_run.status,
            'started_at', v_run.started_at, 'ended_at', v_run.ended_at, 'duration_ms', v_run.duration_ms,
            'revision', v_run.revision, 'late_events', v_run.late_events, 'trace_url', v_run.langsmith_trace_url,
            'meta', v_run.meta
        ),
        'stages', v_stages,
        'vendors', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'vendor', u.vendor, 'calls', u.calls, 'errors', u.errors,
                        'error_rate', round(u.errors::numeric / nullif(u.calls, 0), 4),
                        'rate_limit_hits', u.rate_limit_hits, 'quota_exhausted', u.quota_exhausted,
                        'cost_usd', trim_scale(u.cost_usd_exact), 'unpriced_calls', u.unpriced_calls
                    )
                    order by u.vendor
                ),
                '[]'
            )
            from obs.run_vendor_usage u
            where u.tenant_id = v_tenant and u.run_id = p_run_id
        ),
        'metrics', (
            select coalesce(jsonb_object_agg(m.name, m.value), '{}')
            from (
                select x.name, case
                    when bool_and(x.label = '') then to_jsonb(trim_scale(max(x.value)))
                    else jsonb_object_agg(x.label, trim_scale(x.value))
                end as value
                from obs.run_metrics x
                where x.tenant_id = v_tenant and x.run_id = p_run_id
                group by x.name
            ) m
        ),
        'alerts', (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'alert_id', a.alert_id, 'alert_code', a.alert_code, 'subject', a.subject, 'state', a.state,
                        'severity', a.severity, 'summary', i.summary, 'fired_at', a.fired_at, 'acked_at', a.acked_at,
                        'resolved_at', a.resolved_at,
                        'summary_now', case when a.run_id <> p_run_id then nullif(a.summary, i.summary) end
                    )
                    order by a.fired_at, a.alert_id
                ),
                '[]'
            )
            from (
                select x.alert_id from obs.alerts x where x.tenant_id = v_tenant and x.run_id = p_run_id
                union
                select t.alert_id
                from obs.alert_transitions t
                where t.tenant_id = v_tenant and t.run_id = p_run_id and t.to_state = 'firing'
            ) k
            join obs.alerts a on a.tenant_id = v_tenant and a.alert_id = k.alert_id
            cross join lateral (
                select coalesce((
                    select o.summary
                    from obs.alert_observations o
                    where o.tenant_id = v_tenant and o.alert_code = a.alert_code and o.subject = a.subject
                      and o.is_simulation = a.is_simulation and o.run_id = p_run_id and o.verdict = 'breach'
                    order by o.observation_id desc
                    limit 1
                ), case when a.run_id is not distinct from p_run_id or a.run_id is null then a.summary end) as summary
            ) i
            where a.is_simulation = v_run.is_simulation
        ),
        'qa', obs._qa_stats(v_tenant, p_run_id),
        'first_error', case when v_run.expired_at is null then obs._first_error(v_tenant, p_run_id, v_run.run_day) end,
        'exemplars', case
            when v_run.expired_at is null then obs._exemplars(v_tenant, p_run_id, v_run.run_day) else '[]'
        end,
        'source', case
            when v_stages = '[]' then 'none'
            when v_run.expired_at is not null then 'rollup'
            when v_run.thinned_at is not null then 'mixed'
            else 'raw'
        end
    );
    return v_stats || jsonb_build_object('etag', md5(v_stats::text));
end
$$;
comment on function obs.run_stats(text, text) is
'All that is known of a run as JSON: run, stages, vendors, metrics, alerts, qa, first_error, exemplars (the slowest item a '
'stage), source (raw, mixed, rollup, none) and an etag that changes when any of it does. An alert''s summary is of this run, '
'summary_now of a later one. Costs in US dollars, durations in ms.';
