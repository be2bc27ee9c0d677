-- obs.silences: when a run said nothing at all for at least so long, from its beginning to its end or now
-- Called by: timeline, people
-- Reads/Writes: enrichment_runs, run_stage_stats, run_event_logs
-- Raises: OB002 unknown run, OB004 ambiguous run id; a notice when raw events are gone
-- Of up to 100 000 events every moment is looked at. Beyond that ids are, as they grow with time: those of version 7, and
-- those of the client, which count within a producer (16 digits name it, 12 count). A run of other ids is read as a whole.
create or replace function obs.silences(p_run_id text, p_tenant_id text default null, p_least interval default null)
returns table (since timestamptz, until timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._readable_tenants());
    v_run obs.enrichment_runs;
    v_end timestamptz;
    v_least interval;
    v_silent tstzmultirange;
    v_first record;
    v_last uuid;
    v_cursor uuid := uuid '00000000-0000-0000-0000-000000000000';
    v_streams int := 0;
    v_read_all boolean := coalesce((
        select sum(s.events_seen) from obs.run_stage_stats s where s.tenant_id = v_tenant and s.run_id = p_run_id
    ), 0) <= 100000;
begin
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    if v_run.thinned_at is not null or v_run.expired_at is not null or v_run.raw_gone_at is not null then
        raise notice 'raw events of run % are gone or thinned: its silences are not known', quote_literal(p_run_id);
        return;
    end if;
    v_end := greatest(coalesce(v_run.ended_at, obs.now()), v_run.started_at);
    v_least := coalesce(p_least, greatest((v_end - v_run.started_at) / 50, interval '1 minute'));
    v_silent := tstzmultirange(tstzrange(v_run.started_at, v_end, '()'));
    while not v_read_all loop
        select e.event_id, e.producer is not null as is_counted, substr(e.event_id::text, 15, 1) as version into v_first
        from obs.run_event_logs e
        where e.tenant_id = v_tenant and e.run_id = p_run_id and e.run_day = v_run.run_day and e.event_id > v_cursor
        order by e.event_id
        limit 1;
        exit when not found;
        v_streams := v_streams + 1;
        v_read_all := v_streams > 200 or not (v_first.version = '7' or (v_first.version = '8' and v_first.is_counted));
        exit when v_read_all;
        v_cursor := (case v_first.version
            when '7' then left(v_first.event_id::text, 4) || repeat('f', 28)
            else left(v_first.event_id::text, 24) || repeat('f', 12)
        end)::uuid;
        select e.event_id into v_last
        from obs.run_event_logs e
        where e.tenant_id = v_tenant and e.run_id = p_run_id and e.run_day = v_run.run_day and e.event_id <= v_cursor
        order by e.event_id desc
        limit 1;
        v_silent := v_silent * obs._stream_silences(v_run, v_first.event_id, v_last, v_least);
    end loop;
    if v_read_all then
        return query
        select s.former, s.ts
        from (
            select p.ts, lag(p.ts) over (order by p.ts) as former
            from (
                select e.ts
                from obs.run_event_logs e
                where e.tenant_id = v_tenant and e.run_id = p_run_id and e.run_day = v_run.run_day
                  and e.ts between v_run.started_at and v_end
                union all
                values (v_run.started_at), (v_end)
            ) p
        ) s
        where s.ts - s.former >= v_least
        order by 1;
    else
        return query
        select lower(s), upper(s) from unnest(v_silent) s where upper(s) - lower(s) >= v_least order by 1;
    end if;
end
$$;
comment on function obs.silences(text, text, interval) is
'When a run said nothing at all, from its beginning to its end or now; for p_least or longer (NULL: a minute, or a fiftieth of '
'the run where that is longer).';
