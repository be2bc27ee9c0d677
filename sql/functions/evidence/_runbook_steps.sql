-- obs._runbook_steps: the steps of a runbook, as it is now: its checks, then its mitigation, numbered through
-- Called by: runbook_steps, _change_tick
-- Reads/Writes: runbooks
-- Raises: nothing
-- The fingerprint tells whether a step still says what it said when somebody ticked it.
create or replace function obs._runbook_steps(p_runbook_code text)
returns table (step int, kind text, text text, fingerprint text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select s.place::int, case when s.place <= cardinality(r.checks) then 'check' else 'mitigation' end, s.text, md5(s.text)
    from obs.runbooks r
    cross join unnest(r.checks || r.mitigation) with ordinality s (text, place)
    where r.runbook_code = p_runbook_code;
end
$$;
comment on function obs._runbook_steps(text) is
'The steps of a runbook, as it is now: its checks, then its mitigation, numbered through.';
