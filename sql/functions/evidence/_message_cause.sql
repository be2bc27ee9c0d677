-- obs._message_cause: the likely cause, the next step and the SQL to run, from what is kept with an alert
-- Called by: _message
-- Reads/Writes: runbooks
-- Raises: nothing
-- At most three causes, in the order of the checks. Without one the runbook's first step stands for the next step.
create or replace function obs._message_cause(
    p_alert obs.alerts, p_runbook obs.runbooks, out cause text, out looked text, out next_step text, out statement text
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_evidence jsonb := case jsonb_typeof(p_alert.evidence) when 'array' then p_alert.evidence else '[]' end;
    v_clear int;
    v_unknown int;
begin
    select string_agg(f.e ->> 'finding', '; ' order by f.place) filter (where f.verdict = 'cause' and f.place <= 3),
        (array_agg(f.e ->> 'next_step' order by f.place) filter (where f.verdict = 'cause'))[1],
        (array_agg(f.e ->> 'sql' order by f.place) filter (where f.verdict = 'cause'))[1],
        count(*) filter (where f.verdict = 'clear'), count(*) filter (where f.verdict = 'unknown')
    into cause, next_step, statement, v_clear, v_unknown
    from (
        select x.e, x.e ->> 'verdict' as verdict, row_number() over (partition by x.e ->> 'verdict' order by x.place) as place
        from jsonb_array_elements(v_evidence) with ordinality x (e, place)
    ) f;
    looked := case
        when p_alert.evidence is null then 'not diagnosed yet'
        when cause is null then format('none found: %s checks clear, %s unknown', v_clear, v_unknown)
    end;
    next_step := coalesce(next_step, p_runbook.next_step, 'run the diagnosis');
    statement := coalesce(statement, 'select * from obs.diagnose(' || p_alert.alert_id || ');', 'select * from obs.status();');
end
$$;
comment on function obs._message_cause(obs.alerts, obs.runbooks) is
'The likely cause, the next step and the SQL to run, from the evidence that is kept with an alert.';
