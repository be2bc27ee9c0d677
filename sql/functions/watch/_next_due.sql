-- obs._next_due: the first moment of a schedule after p_at
-- Called by: _due_of, _mv_01_speaks, _next_night, expect, expected_run_status, _dues
-- Reads/Writes: nothing
-- Raises: 22023 when the schedule cannot be read
create or replace function obs._next_due(p_schedule text, p_time_zone text, p_at timestamptz) returns timestamptz
language sql immutable parallel safe
return obs._due(p_schedule, p_time_zone, p_at, true);
comment on function obs._next_due(text, text, timestamptz) is 'The first moment of a schedule after p_at.';
