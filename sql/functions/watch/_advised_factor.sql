-- obs._advised_factor: a batch factor as it has recovered since it was lowered: a quarter more each 10 minutes, at most 1
-- Called by: advice, _heed
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._advised_factor(p_factor numeric, p_throttled_at timestamptz, p_at timestamptz) returns numeric
language sql immutable parallel safe
return least(1, trim_scale(round(
    coalesce(p_factor, 1)
    * 1.25 ^ least(40, greatest(0, floor(extract(epoch from p_at - coalesce(p_throttled_at, p_at)) / 600))),
    6
)));
comment on function obs._advised_factor(numeric, timestamptz, timestamptz) is
'A batch factor as it has recovered since it was lowered: times 1.25 for each 10 minutes, at most 1.';
