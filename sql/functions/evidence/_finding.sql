-- obs._finding: the answer of one check
-- Called by: the checks
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._finding(
    p_verdict text, p_finding text, p_next_step text default null, p_sql text default null, p_data jsonb default null
) returns jsonb
language sql immutable
return jsonb_build_object(
    'verdict', p_verdict, 'finding', p_finding, 'next_step', p_next_step, 'sql', p_sql, 'data', p_data
);
comment on function obs._finding(text, text, text, text, jsonb) is
'The answer of one check: verdict cause, clear or unknown, what was found, what to do, SQL to run, numbers behind it.';
