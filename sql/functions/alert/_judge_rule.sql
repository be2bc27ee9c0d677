-- obs._judge_rule: hands the rows that a rule's condition gives for some runs, or its standing rows, to the machine
-- Called by: _judge_run, evaluate_alerts
-- Reads/Writes: the rule's condition view, and all that _observe writes
-- Raises: whatever the condition raises; the callers catch it
-- p_tenants and p_runs are pairs; NULL asks for the standing rows, those without a run. left_over counts rows that another
-- session is judging.
create or replace function obs._judge_rule(
    p_rule obs.alert_rules, p_tenants text[], p_runs text[], p_at timestamptz, out judged int, out left_over text[]
)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_columns constant text := 'v.tenant_id, v.run_id, v.subject, v.value, v.threshold, v.severity, v.verdict, v.summary, v.details';
    v_row record;
    v_seen obs.alert_observations;
begin
    judged := 0;
    left_over := '{}';
    for v_row in execute case
        when p_runs is null
            then format('select %s, null::timestamptz as started_at from %s v where v.run_id is null order by 1, 3', v_columns, p_rule.condition)
        else format(
            'select %s, r.started_at from unnest($1, $2) as k (tenant_id, run_id) '
            'join obs.enrichment_runs r on r.tenant_id = k.tenant_id and r.run_id = k.run_id '
            'cross join lateral (select * from %s c where c.tenant_id = k.tenant_id and c.run_id = k.run_id) v '
            'order by 1, r.started_at, 3', v_columns, p_rule.condition
        )
    end using p_tenants, p_runs loop
        v_seen := null;
        v_seen.tenant_id := v_row.tenant_id;
        v_seen.alert_code := p_rule.alert_code;
        v_seen.subject := v_row.subject;
        v_seen.is_simulation := false;
        v_seen.observed_at := p_at;
        v_seen.run_id := v_row.run_id;
        v_seen.run_started_at := coalesce(v_row.started_at, (v_row.details ->> 'due_at')::timestamptz);
        v_seen.verdict := v_row.verdict;
        v_seen.value := v_row.value;
        v_seen.sample := (v_row.details ->> 'sample')::numeric;
        v_seen.threshold := v_row.threshold;
        v_seen.severity := v_row.severity;
        v_seen.summary := v_row.summary;
        v_seen.details := v_row.details;
        if obs._observe(v_seen) then
            judged := judged + 1;
        elsif v_row.run_id is not null then
            left_over := left_over || array[v_row.tenant_id, v_row.run_id];
        end if;
    end loop;
end
$$;
comment on function obs._judge_rule(obs.alert_rules, text[], text[], timestamptz) is
'Hands the rows that a rule''s condition gives for some runs, or its standing rows, to the machine.';
