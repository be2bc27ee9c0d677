-- obs._qa_stats: what reviewers said of a run's random sample, as JSON; NULL until it is drawn
-- Called by: run_stats
-- Reads/Writes: qa_draws, qa_samples, alert_thresholds, with the rights of who asks
-- Raises: nothing
-- The same numbers as the view qa_run_status, for one run without looking at its neighbours.
create or replace function obs._qa_stats(p_tenant_id text, p_run_id text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select jsonb_build_object(
            'drawn', c.drawn, 'passed', c.passed, 'failed', c.failed, 'pending', c.drawn - c.passed - c.failed,
            'pass_rate', round(c.passed::numeric / nullif(c.passed + c.failed, 0), 4),
            'flagged', coalesce((c.drawn - c.failed)::numeric / nullif(c.drawn, 0) < (
                select x.value
                from obs.alert_thresholds x
                where x.alert_code = 'QA-07' and x.name = 'threshold' and (x.tenant_id = p_tenant_id or x.tenant_id is null)
                order by x.tenant_id nulls last
                limit 1
            ), false)
        )
        from obs.qa_draws d
        cross join lateral (
            select
                count(*) as drawn,
                count(*) filter (where s.result = 'pass') as passed,
                count(*) filter (where s.result = 'fail') as failed
            from obs.qa_samples s
            where s.tenant_id = d.tenant_id and s.run_id = d.run_id and s.stratum = d.stratum
        ) c
        where d.tenant_id = p_tenant_id and d.run_id = p_run_id and d.stratum = 'random'
    );
end
$$;
comment on function obs._qa_stats(text, text) is 'What reviewers said of a run''s random sample, as JSON.';
