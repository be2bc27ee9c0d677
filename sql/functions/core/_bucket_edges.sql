-- obs._bucket_edges: lower edges in ms of the latency buckets, 0 to 2^31 - 1, each at most 1.02 times as wide as it
-- starts
-- Called by: _latency_bucket, _bucket_middle, _percentiles
-- Reads/Writes: nothing
-- Raises: nothing
-- Pure integer arithmetic, written out as a constant here, so that every machine has the same edges for ever. From 100 ms
-- on a bucket reaches a whole hundredth of its lower edge to both sides of its middle: no member is further off than 1 %.
do $make$
declare
    v_edges int[] := array[0];
    v_edge bigint := 1;
begin
    while v_edge <= 2147483647 loop
        v_edges := v_edges || v_edge::int;
        v_edge := v_edge + case when v_edge < 50 then 1 when v_edge < 100 then 2 else v_edge / 100 * 2 + 1 end;
    end loop;
    execute format(
        'create or replace function obs._bucket_edges() returns int[] language sql immutable parallel safe return %L::int[]',
        v_edges
    );
end
$make$;
comment on function obs._bucket_edges() is
'Lower edges in ms of the latency buckets; bucket b holds edges[b] to edges[b + 1] - 1, upper/lower at most 1.02.';
