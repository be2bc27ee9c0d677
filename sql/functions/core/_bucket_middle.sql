-- obs._bucket_middle: the duration that stands for a latency bucket
-- Called by: _percentiles, percentile
-- Reads/Writes: nothing
-- Raises: nothing
-- The harmonic middle 2·lo·hi/(lo+hi) is within (hi-lo)/(hi+lo) < 1 % of every member; single-valued buckets are exact.
create or replace function obs._bucket_middle(p_bucket int) returns int
language sql immutable parallel safe
return (
    select
        case
            when b.hi <= b.lo then b.lo
            else round(2.0 * b.lo * b.hi / (b.lo::numeric + b.hi))::int
        end
    from (
        select
            e.edges[p_bucket] as lo,
            coalesce(e.edges[p_bucket + 1] - 1, 2147483647) as hi
        from (select obs._bucket_edges() as edges) as e
    ) as b
);
comment on function obs._bucket_middle(int) is
'The duration in ms that stands for a latency bucket, within 1 % or 1 ms of each member.';
