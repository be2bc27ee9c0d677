-- obs._retry_delay: how long to wait after a failed try
-- Called by: fail_notification
-- Reads/Writes: nothing
-- Raises: nothing
-- 5 s doubled with each try up to 15 min, give or take half, so that many that failed together do not come back together.
-- A receiver that names a time is not asked earlier.
create or replace function obs._retry_delay(p_attempts int, p_retry_after interval) returns interval
language sql volatile
return greatest(
    interval '1 second' * least(900, 5 * 2 ^ least(greatest(p_attempts, 1) - 1, 10)) * (0.5 + random()),
    case when p_retry_after is not null then least(p_retry_after, interval '6 hours') * (1 + random() / 10) end
);
comment on function obs._retry_delay(int, interval) is 'How long to wait after the try of this number failed.';
