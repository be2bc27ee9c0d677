-- obs._silences: when a run said nothing at all for at least so long, from its beginning to its end or now
-- Called by: timeline
-- Reads/Writes: run_event_logs, run_stage_stats, with the rights of who asks
-- Raises: nothing
-- Of up to 100 000 events every moment is looked at. Beyond that ids are, as they grow with time: those of version 7, and
-- those of the client, which count within a producer (16 digits name it, 12 count). A run of other ids is read as a whole.
create or replace function obs._silences(p_run obs.enrichment_runs, p_until timestamptz, p_least interval)
returns setof tstzrange
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_silent tstzmultirange := tstzmultirange(tstzrange(p_run.started_at, greatest(p_until, p_run.started_at), '()'));
    v_first record;
    v_last uuid;
    v_end uuid := '00000000-0000-0000-0000-000000000000';
    v_streams int := 0;
    v_few boolean := coalesce((
        select sum(s.events_seen)
        from obs.run_stage_stats s
        where s.tenant_id = p_run.tenant_id and s.run_id = p_run.run_id
    ), 0) <= 100000;
begin
    while not v_few loop
        select e.event_id, e.producer is not null as is_counted, substr(e.event_id::text, 15, 1) as version into v_first
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day and e.event_id > v_end
        order by e.event_id
        limit 1;
        exit when not found;
        v_streams := v_streams + 1;
        v_few := v_streams > 200 or not (v_first.version = '7' or (v_first.version = '8' and v_first.is_counted));
        exit when v_few;
        v_end := (case v_first.version
            when '7' then left(v_first.event_id::text, 4) || repeat('f', 28)
            else left(v_first.event_id::text, 24) || repeat('f', 12)
        end)::uuid;
        select e.event_id into v_last
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day and e.event_id <= v_end
        order by e.event_id desc
        limit 1;
        v_silent := v_silent * obs._stream_silences(p_run, v_first.event_id, v_last, p_least);
    end loop;
    if v_few then
        return query
        select tstzrange(s.former, s.ts, '()')
        from (
            select p.ts, lag(p.ts) over (order by p.ts) as former
            from (
                select e.ts
                from obs.run_event_logs e
                where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day
                  and e.ts between p_run.started_at and p_until
                union all
                values (p_run.started_at), (p_until)
            ) p
        ) s
        where s.ts - s.former >= p_least;
    else
        return query
        select s from unnest(v_silent) s where upper(s) - lower(s) >= p_least;
    end if;
end
$$;
comment on function obs._silences(obs.enrichment_runs, timestamptz, interval) is
'When a run said nothing at all for at least so long, from its beginning to its end or now.';
