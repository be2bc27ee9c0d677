-- obs._try_judge_rule: judges a rule for some runs as _judge_rule does; false when some of it is left
-- Called by: _judge_run, _follow_up, _tell_audit
-- Reads/Writes: all that _judge_rule reads and writes
-- Raises: nothing: a condition that fails must not fail what it judges
-- Left is what another session holds, and all where the condition fails: the caller sees that it is judged later.
create or replace function obs._try_judge_rule(p_rule obs.alert_rules, p_tenants text[], p_runs text[], p_at timestamptz)
returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_left_over text[];
begin
    select j.left_over into v_left_over from obs._judge_rule(p_rule, p_tenants, p_runs, p_at) j;
    return v_left_over = '{}';
exception when others then
    raise warning 'obs cannot judge %: SQLSTATE %', p_rule.alert_code, sqlstate;
    return false;
end
$$;
comment on function obs._try_judge_rule(obs.alert_rules, text[], text[], timestamptz) is
'Judges a rule for some runs; false when another session holds some of it or the condition fails, which is a warning.';
