-- obs._bucket_edges: lower edges in ms of the latency buckets, 0 to 2^31 - 1, each at most 1.02 times as wide as it
-- starts
-- Called by: _latency_bucket, _percentiles, percentile
-- Reads/Writes: nothing
-- Raises: nothing
-- Pure integer arithmetic, written out as a constant here, so that every machine has the same edges for ever.
do $make$
declare
    v_edges int[] := array[0];
    v_edge bigint := 1;
begin
    while v_edge <= 2147483647 loop
        v_edges := v_edges || v_edge::int;
        v_edge := v_edge * 102 / 100 + 1;
    end loop;
    execute format(
        'create or replace function obs._bucket_edges() returns int[] language sql immutable parallel safe return %L::int[]',
        v_edges
    );
end
$make$;
comment on function obs._bucket_edges() is
'Lower edges in ms of the latency buckets; bucket b holds edges[b] to edges[b + 1] - 1, upper/lower at most 1.02.';
