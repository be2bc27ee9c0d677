-- obs._stream_silences: when a stream of event ids that grow with time was silent for at least so long
-- Called by: silences
-- Reads/Writes: run_event_logs, by its key
-- Raises: nothing
-- Halves the stream until neighbours are closer than the least silence: some reads of the key a silence and a stretch of
-- that length, however many events there are. Silences are open ranges: two that touch are two, with an event between.
create or replace function obs._stream_silences(p_run obs.enrichment_runs, p_first uuid, p_last uuid, p_least interval)
returns tstzmultirange
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_silent tstzmultirange;
    v_low uuid[] := array[p_first];
    v_high uuid[] := array[p_last];
    v_low_ts timestamptz[];
    v_high_ts timestamptz[];
    v_left record;
    v_right record;
    v_cut uuid;
    v_place int := 1;
begin
    select array[e.ts] into v_low_ts
    from obs.run_event_logs e
    where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day and e.event_id = p_first;
    select array[e.ts] into v_high_ts
    from obs.run_event_logs e
    where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day and e.event_id = p_last;
    v_silent := tstzmultirange(
        tstzrange('-infinity', v_low_ts[1], '()'), tstzrange(greatest(v_low_ts[1], v_high_ts[1]), 'infinity', '()')
    );
    while v_place > 0 loop
        if v_high_ts[v_place] - v_low_ts[v_place] < p_least
            or obs._id_number(v_high[v_place]) <= obs._id_number(v_low[v_place])
        then
            v_place := v_place - 1;
            continue;
        end if;
        -- The first id of the upper half; version 7 carries its number in front, the others at their end.
        v_cut := (
            select case substr(v_low[v_place]::text, 15, 1)
                when '7' then rpad(h.digits, 32, '0')
                else left(replace(v_low[v_place]::text, '-', ''), 20) || h.digits
            end::uuid
            from (
                select lpad(to_hex(
                    (obs._id_number(v_low[v_place]) + obs._id_number(v_high[v_place])) / 2 + 1
                ), 12, '0') as digits
            ) h
        );
        select e.event_id, e.ts into v_left
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day and e.event_id < v_cut
        order by e.event_id desc
        limit 1;
        select e.event_id, e.ts into v_right
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day and e.event_id >= v_cut
        order by e.event_id
        limit 1;
        if v_right.ts - v_left.ts >= p_least then
            v_silent := v_silent + tstzmultirange(tstzrange(v_left.ts, v_right.ts, '()'));
        end if;
        v_low[v_place + 1] := v_right.event_id;
        v_low_ts[v_place + 1] := v_right.ts;
        v_high[v_place + 1] := v_high[v_place];
        v_high_ts[v_place + 1] := v_high_ts[v_place];
        v_high[v_place] := v_left.event_id;
        v_high_ts[v_place] := v_left.ts;
        v_place := v_place + 1;
    end loop;
    return v_silent;
end
$$;
comment on function obs._stream_silences(obs.enrichment_runs, uuid, uuid, interval) is
'When a stream of event ids that grow with time was silent for at least so long.';
