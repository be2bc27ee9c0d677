-- obs._check_candidate_source: whether the view gave fewer candidates than usual, or was not refreshed
-- Called by: run_check
-- Reads/Writes: run_metrics, run_stage_stats, enrichment_runs
-- Raises: nothing
create or replace function obs._check_candidate_source(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_pre numeric := (
        select m.value from obs.run_metrics m
        where m.tenant_id = p_alert.tenant_id and m.run_id = p_alert.run_id and m.name = 'candidates_pre' and m.label = ''
    );
    v_failed int := (
        select s.count_error from obs.run_stage_stats s
        where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stage = 'mv_refresh'
    );
    v_usual numeric;
begin
    if v_pre is null then
        return obs._finding('unknown', 'the run does not log candidates_pre');
    end if;
    select percentile_cont(0.5) within group (order by m.value) into v_usual
    from obs._earlier_runs(p_alert.tenant_id, p_alert.run_id) e
    join obs.run_metrics m on m.tenant_id = p_alert.tenant_id and m.run_id = e.run_id and m.name = 'candidates_pre' and m.label = '';
    if v_pre <= 0.5 * v_usual then
        return obs._finding(
            'cause', format('the view gave %s candidates, usual %s%s', v_pre, round(v_usual),
                case when v_failed > 0 then '; its refresh failed in this run' else '' end),
            case when v_failed > 0 then 'see runbook MV-01, then re-run' else 'refresh the staging data; see whether icp_rules changed' end
        );
    end if;
    return obs._finding(
        case when v_usual is null then 'unknown' else 'clear' end,
        format('the view gave %s candidates, usual %s', v_pre, coalesce(round(v_usual)::text, 'not known'))
    );
end
$$;
comment on function obs._check_candidate_source(obs.alerts) is
'Whether the candidate view gave fewer rows than in the last seven runs, or was not refreshed.';
