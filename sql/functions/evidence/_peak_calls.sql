-- obs._peak_calls: how hard a vendor was used at the worst of a run
-- Called by: the checks token_bursts and parallel_calls
-- Reads/Writes: run_event_logs
-- Raises: nothing
-- A call is logged when it ends: it lasted from ts - duration_ms to ts.
create or replace function obs._peak_calls(
    p_tenant_id text, p_run_id text, p_vendor text,
    out minute timestamptz, out tokens numeric, out usual_tokens numeric, out minutes bigint,
    out parallel numeric, out at timestamptz
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    with called as materialized (
        select c.*, max(c.overlap) over () > 1 as is_thin from obs._vendor_calls(p_tenant_id, p_run_id, p_vendor) c
    ), by_minute as (
        -- A stretch is a few seconds: its rate stands for its minute.
        select date_trunc('minute', min(c.ts)) as minute,
            round(case when c.stretch is null then sum(c.tokens * c.weight)
                else sum(c.tokens) * 60 / greatest(extract(epoch from max(c.ts) - min(c.ts)), 1) end) as tokens
        from called c
        group by c.stretch, case when c.stretch is null then date_trunc('minute', c.ts) end
    ), edge as (
        select c.ts as at, -c.overlap as change from called c where c.duration_ms > 0 and not c.is_thin
        union all
        select c.ts - c.duration_ms * interval '1 millisecond', c.overlap from called c where c.duration_ms > 0 and not c.is_thin
    ), level as (
        select e.at, sum(e.change) over (order by e.at, e.change) as n from edge e
        union all
        -- Of calls drawn at random a peak would be chance: what they add up to in ten seconds stands for it.
        select date_bin('10 seconds', c.ts, 'epoch'), sum(c.duration_ms * c.weight) / 10000 from called c where c.is_thin group by 1
    )
    select m.minute, m.tokens, u.usual, u.minutes, round(l.n), l.at
    into minute, tokens, usual_tokens, minutes, parallel, at
    from (select percentile_cont(0.5) within group (order by b.tokens) as usual, count(*) as minutes from by_minute b) u
    left join lateral (select b.minute, b.tokens from by_minute b order by b.tokens desc, b.minute limit 1) m on true
    left join lateral (select v.at, v.n from level v order by v.n desc, v.at limit 1) l on true;
end
$$;
comment on function obs._peak_calls(text, text, text) is
'The minute of a run with most tokens of a vendor, the median minute, and the most calls at the same moment.';
