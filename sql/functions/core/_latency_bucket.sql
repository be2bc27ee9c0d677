-- obs._latency_bucket: the latency bucket of a duration in ms
-- Called by: _store_placed, _store_batch, _store_fresh, _store_one
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._latency_bucket(p_ms int) returns int
language sql immutable parallel safe
return width_bucket(p_ms, obs._bucket_edges());
comment on function obs._latency_bucket(int) is 'The latency bucket (1-based) of a duration in ms; NULL for NULL.';
