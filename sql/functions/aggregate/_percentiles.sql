-- obs._percentiles: p50, p95 and p99 of a stage's durations in ms, exact where the events are there
-- Called by: _refresh_percentiles
-- Reads/Writes: latency_buckets, run_event_logs
-- Raises: nothing
-- percentile_disc: rank ceil(q·n). The histogram finds the bucket of that rank, the index of the partition the event at
-- its place in the bucket; without events the bucket's middle stands for it.
create or replace function obs._percentiles(
    p_tenant_id text, p_run_id text, p_stage text, p_run_day date, p_success_only boolean, p_raw boolean
) returns int[]
language sql stable
begin atomic
    with bucket as (
        select
            b.bucket,
            sum(sum(b.n)) over (order by b.bucket) as upto,
            sum(b.n) as n,
            sum(sum(b.n)) over () as total
        from obs.latency_buckets as b
        where b.tenant_id = p_tenant_id
            and b.run_id = p_run_id
            and b.stage = p_stage
            and (b.outcome = 'success' or not p_success_only)
        group by b.bucket
    )
    select
        array_agg(
            coalesce(
                case
                    when p_raw then (
                        select e.duration_ms
                        from obs.run_event_logs as e
                        where e.tenant_id = p_tenant_id
                            and e.run_id = p_run_id
                            and e.stage = p_stage
                            and e.kind = 'item'
                            and e.run_day = p_run_day
                            and e.duration_ms >= k.lo
                            and e.duration_ms < k.hi
                            and (e.status = 'success' or not p_success_only)
                        order by e.duration_ms
                        limit 1 offset k.place - 1
                    )
                end,
                obs._bucket_middle(k.bucket)
            )
            order by k.q
        )
    from (
        select
            q.q,
            b.bucket,
            (obs._bucket_edges())[b.bucket] as lo,
            coalesce((obs._bucket_edges())[b.bucket + 1]::bigint, 2147483648) as hi,
            ceil(q.q * b.total) - (b.upto - b.n) as place
        from (values (0.50), (0.95), (0.99)) as q (q)
        inner join bucket as b on ceil(q.q * b.total) > b.upto - b.n and ceil(q.q * b.total) <= b.upto
    ) as k;
end;
comment on function obs._percentiles(text, text, text, date, boolean, boolean) is
'p50, p95 and p99 in ms of a stage''s durations (percentile_disc); from the histogram alone, within 1 % or 1 ms, '
'when events are gone.';
