-- obs._backfill_run: takes one row of an attached table; true when its run was new
-- Called by: attach_runs (as its caller)
-- Reads/Writes: attached_relations, quarantined_events, and what _take_host_run writes
-- Raises: 42501 for a table that is not attached
create or replace function obs._backfill_run(p_relation regclass, p_row jsonb) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_relation text := obs._relation_name(p_relation);
    v_map jsonb := (select a.status_map from obs.attached_relations a where a.relation = v_relation);
begin
    if v_map is null then
        raise exception 'table % is not attached', v_relation using errcode = '42501', hint = 'Call obs.attach_runs.';
    end if;
    if obs._id_valid(p_row ->> 'tenant_id') and obs._id_valid(p_row ->> 'run_id') then
        return obs._take_host_run(v_relation, v_map, p_row);
    end if;
    insert into obs.quarantined_events (tenant_id, run_id, event_id, reason, payload, sent_by)
    values (
        null, null, md5(v_relation || p_row::text)::uuid, 'host_row', jsonb_build_object('relation', v_relation), session_user
    )
    on conflict do nothing;
    return false;
end
$$;
comment on function obs._backfill_run(regclass, jsonb) is 'Takes one row of an attached table; true when its run was new.';
