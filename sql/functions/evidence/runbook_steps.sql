-- obs.runbook_steps: an alert's runbook as a list to tick: each step, what the checks it names found, and who did it when
-- Called by: people, pages
-- Reads/Writes: alerts, runbooks, runbook_ticks
-- Raises: OB010 unknown alert
-- A step that names several checks shows the worst of their verdicts; a tick of a step that said something else is not shown.
create or replace function obs.runbook_steps(p_alert_id bigint)
returns table (step int, kind text, text text, verdict text, ticked_at timestamptz, ticked_by text, note text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
begin
    return query
    select s.step, s.kind, s.text, v.verdict, t.done_at, t.done_by, n.note
    from obs._runbook_steps(obs._runbook_of(v_alert.alert_code)) s
    left join lateral (
        select e.found ->> 'verdict' as verdict
        from jsonb_array_elements(v_alert.evidence) e (found)
        where position('`' || (e.found ->> 'check') || '`' in s.text) > 0
        order by array_position(array['cause', 'unknown', 'clear'], e.found ->> 'verdict')
        limit 1
    ) v on true
    left join lateral (
        select x.*
        from obs.runbook_ticks x
        where x.tenant_id = v_alert.tenant_id and x.alert_id = p_alert_id and x.step = s.step and x.action <> 'note'
        order by x.ordinal desc
        limit 1
    ) t on t.action = 'tick' and t.step_fingerprint = s.fingerprint
    left join lateral (
        select string_agg(x.note, E'\n' order by x.ordinal) as note
        from obs.runbook_ticks x
        where x.tenant_id = v_alert.tenant_id and x.alert_id = p_alert_id and x.step = s.step and x.ordinal >= t.ordinal
    ) n on true
    order by s.step;
end
$$;
comment on function obs.runbook_steps(bigint) is
'An alert''s runbook as a list to tick: each step, the verdict of the checks that it names, and who ticked it when.';
