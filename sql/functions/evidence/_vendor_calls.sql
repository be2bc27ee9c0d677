-- obs._vendor_calls: the calls of a vendor in a run; of a run over 40 000 events a sample of at most 40 000 of them
-- Called by: the checks token_bursts and parallel_calls
-- Reads/Writes: run_stage_stats, enrichment_runs, run_event_logs
-- Raises: nothing
-- A sample reads 40 stretches of the key in even distances. weight is how many calls a row stands for; overlap is that
-- for calls at the same moment, which in a stretch of version 7 ids, in order of time, are all there.
create or replace function obs._vendor_calls(p_tenant_id text, p_run_id text, p_vendor text)
returns table (ts timestamptz, duration_ms int, tokens bigint, model text, weight numeric, overlap numeric)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_day date := (select r.run_day from obs.enrichment_runs r where r.tenant_id = p_tenant_id and r.run_id = p_run_id);
    v_low bigint;
    v_high bigint;
    v_in_order boolean;
    v_slices int := case when (
        select sum(s.events_seen) from obs.run_stage_stats s where s.tenant_id = p_tenant_id and s.run_id = p_run_id
    ) > 40000 then 40 else 1 end;
begin
    select ('x' || left(replace(min(b.event_id::text), '-', ''), 15))::bit(60)::bigint,
        ('x' || left(replace(max(b.event_id::text), '-', ''), 15))::bit(60)::bigint,
        bool_and(substr(b.event_id::text, 15, 1) = '7')
    into v_low, v_high, v_in_order
    from (
        (select e.event_id from obs.run_event_logs e
            where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day order by e.event_id limit 1)
        union all
        (select e.event_id from obs.run_event_logs e
            where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day order by e.event_id desc limit 1)
    ) b;
    return query
    with slice as (
        select
            v_low + div((v_high + 1 - v_low)::numeric * i, v_slices)::bigint as low,
            v_low + div((v_high + 1 - v_low)::numeric * (i + 1), v_slices)::bigint as high
        from generate_series(0, v_slices - 1) i
    ), seen as (
        select s.low, s.high, e.*,
            count(*) over (partition by s.low) as n,
            ('x' || left(replace(max(e.id_text) over (partition by s.low), '-', ''), 15))::bit(60)::bigint as last
        from slice s
        cross join lateral (
            select e.event_id::text as id_text, e.kind, e.vendor, e.ts, e.duration_ms, e.tokens_input, e.tokens_output, e.model
            from obs.run_event_logs e
            where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day
              and e.event_id >= rpad(lpad(to_hex(s.low), 15, '0'), 32, '0')::uuid
              and e.event_id < rpad(lpad(to_hex(s.high), 15, '0'), 32, '0')::uuid
            order by e.event_id
            limit case v_slices when 1 then 41000 else 1000 end
        ) e
    ), weighed as (
        select n.*, case when v_slices > 1 and n.n >= 1000
            then (n.high - n.low)::numeric / greatest(n.last - n.low, 1) else 1 end as weight
        from seen n
    )
    select w.ts, w.duration_ms, coalesce(w.tokens_input, 0) + coalesce(w.tokens_output, 0), w.model, w.weight,
        case when v_in_order then 1 else w.weight end
    from weighed w
    where w.kind = 'call' and w.vendor = p_vendor;
end
$$;
comment on function obs._vendor_calls(text, text, text) is
'The calls of a vendor in a run, or of a large run a sample; weight says how many calls a row stands for.';
