-- obs._backfill_runs: takes all rows of an attached table; number of runs that were new
-- Called by: attach_runs (as its caller)
-- Reads/Writes: the host's table (read), quarantined_events, and what _take_host_run writes
-- Raises: 42501 for a table that is not attached
create or replace function obs._backfill_runs(p_relation regclass) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_relation text := obs._relation_name(p_relation);
    v_map jsonb := (select a.status_map from obs.attached_relations a where a.relation = v_relation);
    v_row jsonb;
    v_new bigint := 0;
begin
    if v_map is null then
        raise exception 'table % is not attached', v_relation using errcode = '42501', hint = 'Call obs.attach_runs.';
    end if;
    for v_row in
        execute format(
            'select jsonb_build_object(''run_id'', h.run_id, ''tenant_id'', h.tenant_id, ''started_at'', h.started_at, '
            '''ended_at'', h.ended_at, ''status'', h.status, ''langsmith_trace_url'', h.langsmith_trace_url) from %s h', v_relation
        )
    loop
        if obs._id_valid(v_row ->> 'tenant_id') and obs._id_valid(v_row ->> 'run_id') then
            v_new := v_new + obs._take_host_run(v_relation, v_map, v_row)::int;
        else
            insert into obs.quarantined_events (tenant_id, run_id, event_id, reason, payload, sent_by)
            values (
                null, null, md5(v_relation || v_row::text)::uuid, 'host_row', jsonb_build_object('relation', v_relation),
                session_user
            )
            on conflict do nothing;
        end if;
    end loop;
    return v_new;
end
$$;
comment on function obs._backfill_runs(regclass) is
'Takes all rows of an attached table; returns the number of runs that were new.';
