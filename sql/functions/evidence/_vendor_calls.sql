-- obs._vendor_calls: the calls of a vendor in a run; of a run over 25 000 events those within a sample of 20 000
-- Called by: _peak_calls
-- Reads/Writes: run_stage_stats, enrichment_runs, run_event_logs
-- Raises: nothing
-- A sample reads 20 stretches of the key in even distances. weight is how many calls a row stands for; overlap is that
-- for calls at the same moment: of version 7 ids, in order of time, a stretch holds them all, and has a number.
create or replace function obs._vendor_calls(p_tenant_id text, p_run_id text, p_vendor text)
returns table (ts timestamptz, duration_ms int, tokens bigint, weight numeric, overlap numeric, stretch int)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_day date := (select r.run_day from obs.enrichment_runs r where r.tenant_id = p_tenant_id and r.run_id = p_run_id);
    v_first uuid;
    v_last uuid;
    v_low bigint;
    v_high bigint;
    v_in_order boolean;
    v_from bigint;
    v_to bigint;
    v_cut bigint;
    v_slices int := case when (
        select sum(s.events_seen) from obs.run_stage_stats s where s.tenant_id = p_tenant_id and s.run_id = p_run_id
    ) > 25000 then 20 else 1 end;
begin
    select e.event_id into v_first
    from obs.run_event_logs e
    where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day
    order by e.event_id
    limit 1;
    select e.event_id into v_last
    from obs.run_event_logs e
    where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day
    order by e.event_id desc
    limit 1;
    v_low := obs._id_place(v_first);
    v_high := obs._id_place(v_last) + 1;
    v_in_order := substr(v_first::text, 15, 1) = '7' and substr(v_last::text, 15, 1) = '7';
    for v_slice in 0..v_slices - 1 loop
        v_from := v_low + div((v_high - v_low)::numeric * v_slice, v_slices)::bigint;
        v_to := v_low + div((v_high - v_low)::numeric * (v_slice + 1), v_slices)::bigint;
        v_cut := v_to;
        if v_slices > 1 then
            select coalesce(max(obs._id_place(c.event_id)), v_to) into v_cut
            from (
                select e.event_id
                from obs.run_event_logs e
                where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day
                  and e.event_id >= obs._id_at(v_from) and e.event_id < obs._id_at(v_to)
                order by e.event_id
                offset 1000
                limit 1
            ) c;
        end if;
        return query
        select e.ts, e.duration_ms, coalesce(e.tokens_input, 0) + coalesce(e.tokens_output, 0), w.weight,
            case when v_in_order then 1 else w.weight end, case when v_in_order and v_slices > 1 then v_slice end
        from obs.run_event_logs e
        cross join (select (v_to - v_from)::numeric / greatest(v_cut - v_from, 1) as weight) w
        where e.tenant_id = p_tenant_id and e.run_id = p_run_id and e.run_day = v_day
          and e.event_id >= obs._id_at(v_from) and e.event_id < obs._id_at(v_cut) and e.kind = 'call' and e.vendor = p_vendor;
    end loop;
end
$$;
comment on function obs._vendor_calls(text, text, text) is
'The calls of a vendor in a run, or of a large run a sample; weight says how many calls a row stands for.';
