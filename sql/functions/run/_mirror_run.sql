-- obs._mirror_run: trigger on an attached table: mirrors the row, and never fails the host's statement
-- Called by: the trigger obs_mirror_run
-- Reads/Writes: attached_relations, quarantined_events, and what _take_host_run writes
-- The row's fields are read through format(), that is by their types' output functions: casts to json or text that the
-- host defined would run with the rights of obs_owner.
-- A run that somebody holds is not waited for longer than a second: the host's statement goes on.
-- Raises: nothing: whatever fails is quarantined with its SQLSTATE, which is why every condition is caught here
create or replace function obs._mirror_run() returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp set datestyle = 'ISO, MDY' set lock_timeout = '1s'
as $$
declare
    v_relation text := obs._relation_name(coalesce(pg_partition_root(tg_relid), tg_relid));
    v_map jsonb;
    v_row jsonb;
    v_state text;
begin
    begin
        select a.status_map into strict v_map from obs.attached_relations a where a.relation = v_relation;
        v_row := jsonb_build_object(
            'run_id', format('%s', new.run_id), 'tenant_id', format('%s', new.tenant_id),
            'started_at', nullif(format('%s', new.started_at), ''), 'ended_at', nullif(format('%s', new.ended_at), ''),
            'status', nullif(format('%s', new.status), ''),
            'langsmith_trace_url', nullif(format('%s', new.langsmith_trace_url), '')
        );
        perform obs._take_host_run(v_relation, v_map, v_row);
    exception when others then
        get stacked diagnostics v_state = returned_sqlstate;
        begin
            insert into obs.quarantined_events (tenant_id, run_id, event_id, reason, payload, sent_by)
            values (
                null, null, gen_random_uuid(), 'host_row',
                jsonb_build_object(
                    'relation', v_relation, 'sqlstate', v_state,
                    'run_id', obs._redact_id(null, left(v_row ->> 'run_id', 256)),
                    'tenant_id', obs._redact_id(null, left(v_row ->> 'tenant_id', 256))
                ),
                session_user
            );
        exception when others then
            raise warning 'obs could not mirror a row of %: SQLSTATE %', v_relation, v_state;
        end;
    end;
    return null;
end
$$;
comment on function obs._mirror_run() is
'Trigger function of attach_runs; what fails is quarantined and never fails the host''s statement.';
