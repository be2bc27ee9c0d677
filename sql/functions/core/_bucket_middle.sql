-- obs._bucket_middle: the duration that stands for a latency bucket
-- Called by: _percentiles, bucket_bounds
-- Reads/Writes: nothing
-- Raises: nothing
-- Whole milliseconds, and still within 1 % or 1 ms of every member: that is how _bucket_edges sets the edges.
create or replace function obs._bucket_middle(p_bucket int) returns int
language sql immutable parallel safe
return (
    select b.lo + (b.hi - b.lo) / 2
    from (
        select
            e.edges[p_bucket] as lo,
            coalesce(e.edges[p_bucket + 1] - 1, 2147483647) as hi
        from (select obs._bucket_edges() as edges) as e
    ) as b
);
comment on function obs._bucket_middle(int) is
'The duration in ms that stands for a latency bucket, within 1 % or 1 ms of each member.';
