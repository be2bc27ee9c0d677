-- obs._plant: stores the canaries of a run, looks at what was stored, and takes it back
-- Called by: _probe_redaction, _probe_tenant
-- Reads/Writes: all that a batch writes, in a sub-transaction that is rolled back
-- Raises: whatever the door raises
-- Nothing stored is a miss of all: what cannot be looked at proves nothing.
create or replace function obs._plant(
    p_tenant_id text, p_run_id text, out kinds text[], out missed text[]
)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_event obs.event;
    v_events obs.event[];
    v_ids uuid[];
    v_needles text[];
    v_text text;
    v_extra jsonb;
    v_flat jsonb;
    v_names text[];
    v_passed text[];
    v_kept text;
begin
    select
        array_agg(c.kind),
        array_agg(c.needle),
        string_agg(c.body, E'\n') filter (where c.place = 'message'),
        array_agg(c.body) filter (where c.place = 'name'),
        ('{' || string_agg(substr(c.body, 2, length(c.body) - 2), ', ') filter (where c.place = 'extra') || '}')::jsonb,
        (string_agg(c.body, '') filter (where c.place = 'flat'))::jsonb,
        array_agg(c.kind) filter (where case c.place
            when 'message' then obs._text_clean(c.body)
            when 'name' then obs._words_clean(null, c.body, 'finish', null, null, null, null, 'INFO', null, null)
            else obs._extra_clean(c.body::jsonb)
        end)
    into kinds, v_needles, v_text, v_names, v_extra, v_flat, v_passed
    from obs._canaries(p_tenant_id, p_run_id) c;
    for v_i in 1..2 loop
        v_event.ord := v_i;
        v_event.ts := obs.now();
        v_event.tenant_id := p_tenant_id;
        v_event.level := 'INFO';
        v_event.logger := 'obs.qa';
        v_event.run_id := p_run_id;
        v_event.event := 'canary';
        v_event.company_id := case v_i when 1 then v_names[1] end;
        v_event.trace_id := case v_i when 1 then v_names[2] end;
        v_event.error_msg := case v_i when 1 then v_text end;
        v_event.extra := case v_i when 1 then v_extra else v_flat end;
        v_event.event_id := gen_random_uuid();
        v_events := v_events || v_event;
        v_ids := v_ids || v_event.event_id;
    end loop;
    begin
        perform obs._enter(v_events, null);
        select string_agg(s.kept, E'\n') into v_kept
        from (
            select to_jsonb(e)::text as kept
            from obs.run_event_logs e
            join obs.enrichment_runs r on r.run_day = e.run_day and r.tenant_id = e.tenant_id and r.run_id = e.run_id
            where r.tenant_id = p_tenant_id and r.run_id = p_run_id and e.event_id = any(v_ids)
            union all
            select q.payload::text from obs.quarantined_events q
            where q.tenant_id = p_tenant_id and q.event_id = any(v_ids)
        ) s;
        raise sqlstate 'DRILL' using message = 'the canaries are taken back';
    exception when sqlstate 'DRILL' then
        null;
    end;
    missed := array(
        select c.kind
        from unnest(kinds, v_needles) as c (kind, needle)
        where v_kept is null or strpos(v_kept, c.needle) > 0 or c.kind = any(v_passed)
        order by c.kind
    );
end
$$;
comment on function obs._plant(text, text) is
'Stores the canaries of a run, says which were stored raw, and takes them back.';
