-- obs._judge_rule: hands the rows that a rule's condition gives for some runs, or its standing rows, to the machine
-- Called by: _try_judge_rule, evaluate_alerts
-- Reads/Writes: the rule's condition view, enrichment_runs, and all that _observe writes
-- Raises: whatever the condition raises; the callers catch it
-- p_tenants and p_runs are pairs; NULL asks for the standing rows, those without a run. left_over counts rows that another
-- session is judging. The limit asks the view run by run: joined as a whole it would be computed for
-- every tenant. It also keeps a run that names thousands of vendors from filling everybody's channels: its worst 100 count.
create or replace function obs._judge_rule(
    p_rule obs.alert_rules, p_tenants text[], p_runs text[], p_at timestamptz, out judged int, out left_over text[]
)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_view constant regclass := p_rule.condition::regclass;
    v_seen obs.alert_observations;
begin
    judged := 0;
    left_over := '{}';
    for v_seen in execute case
        when p_runs is null then format($query$
            select
                c.tenant_id, null::bigint, %2$L, c.subject, false, $3, c.run_id, (c.details ->> 'due_at')::timestamptz, c.verdict,
                c.value, (c.details ->> 'sample')::numeric, c.threshold, c.severity, c.summary, c.details, 0, null::jsonb
            from %1$s c
            where c.run_id is null
            order by c.tenant_id, c.subject
        $query$, v_view, p_rule.alert_code)
        else format($query$
            select
                c.tenant_id, null::bigint, %2$L, c.subject, false, $3, c.run_id,
                coalesce((c.details ->> 'due_at')::timestamptz, k.started_at), c.verdict,
                c.value, (c.details ->> 'sample')::numeric, c.threshold, c.severity, c.summary, c.details, 0, null::jsonb
            from (
                select r.tenant_id, r.run_id, r.started_at
                from unnest($1, $2) as w (tenant_id, run_id)
                join obs.enrichment_runs r on r.tenant_id = w.tenant_id and r.run_id = w.run_id
            ) k
            cross join lateral (
                select * from %1$s v
                where v.tenant_id = k.tenant_id and v.run_id = k.run_id
                order by v.verdict = 'breach' desc, v.value desc nulls last, v.subject
                limit 100
            ) c
            order by c.tenant_id, k.started_at, c.subject
        $query$, v_view, p_rule.alert_code)
    end using p_tenants, p_runs, p_at loop
        if obs._observe(v_seen) then
            judged := judged + 1;
        elsif v_seen.run_id is not null then
            left_over := left_over || array[v_seen.tenant_id, v_seen.run_id];
        end if;
    end loop;
end
$$;
comment on function obs._judge_rule(obs.alert_rules, text[], text[], timestamptz) is
'Hands the rows that a rule''s condition gives for some runs, or its standing rows, to the machine.';
