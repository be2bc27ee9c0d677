-- obs.bucket_bounds: the durations that a latency bucket stands for
-- Called by: percentile, BI that merges histograms itself
-- Reads/Writes: nothing
-- Raises: nothing
-- A definer only to call what nobody else may; it reads no table.
create or replace function obs.bucket_bounds(p_bucket int)
returns table (least_ms int, most_ms int, middle_ms int)
language plpgsql immutable parallel safe security definer set search_path = pg_catalog, pg_temp
as $$
begin
    least_ms := (obs._bucket_edges())[p_bucket];
    if least_ms is not null then
        most_ms := coalesce((obs._bucket_edges())[p_bucket + 1] - 1, 2147483647);
        middle_ms := obs._bucket_middle(p_bucket);
    end if;
    return next;
end
$$;
comment on function obs.bucket_bounds(int) is
'The least, the most and the middle duration in ms of a bucket of obs.latency_buckets; the middle is within 1 % or 1 ms of each.';
