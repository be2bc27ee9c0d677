-- obs.runbook: a runbook as Markdown; NULL for a code that has none
-- Called by: people; tools/runbook_pages.py writes docs/runbooks from it
-- Reads/Writes: runbooks, runbook_checks
-- Raises: nothing
create or replace function obs.runbook(p_code text) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_runbook obs.runbooks;
    v_questions text;
    v_steps text;
begin
    select r.* into v_runbook from obs.runbooks r where r.runbook_code = p_code;
    if not found then
        return null;
    end if;
    select string_agg(format('| `%s` | %s |', c.check_name, c.question), E'\n' order by c.place, c.check_name) into v_questions
    from obs.runbook_checks c
    where c.runbook_code = p_code;
    select string_agg(
            case when s.place = 1 then E'\n## Checks\n\n'
                when s.place = cardinality(v_runbook.checks) + 1 then E'\n## Mitigation\n\n' else '' end
            || s.place || '. ' || s.step, E'\n' order by s.place
        ) into v_steps
    from unnest(v_runbook.checks || v_runbook.mitigation) with ordinality s (step, place);
    return format(E'# %s: %s\n\n**Symptom.** %s\n', v_runbook.runbook_code, v_runbook.title, v_runbook.symptom)
        || coalesce(
            E'\n## What obs looks at by itself\n\n`select * from obs.diagnose(<alert id>);` answers each with cause, clear or unknown.\n\n'
            || E'| check | question |\n|---|---|\n' || v_questions || E'\n', ''
        )
        || coalesce(v_steps || E'\n', '');
end
$$;
comment on function obs.runbook(text) is
'A runbook as Markdown, for example obs.runbook(''CR-02''); NULL for a code that has none.';
