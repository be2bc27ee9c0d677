-- obs._last_due: the last moment of a schedule up to p_at
-- Called by: _due_of, _mv_01_speaks, expected_run_status
-- Reads/Writes: nothing
-- Raises: 22023 when the schedule cannot be read
create or replace function obs._last_due(p_schedule text, p_time_zone text, p_at timestamptz) returns timestamptz
language sql immutable parallel safe
return obs._due(p_schedule, p_time_zone, p_at, false);
comment on function obs._last_due(text, text, timestamptz) is 'The last moment of a schedule up to p_at.';
