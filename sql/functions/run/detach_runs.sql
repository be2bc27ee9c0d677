-- obs.detach_runs: takes trigger and grants off the host's table of runs; the runs already mirrored stay
-- Called by: administrators who own the host's table
-- Reads/Writes: the host's table, attached_relations, enrichment_runs
-- Raises: 42501 not the table's owner
create or replace function obs.detach_runs(p_relation regclass) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_schema constant regnamespace := (select c.relnamespace from pg_class c where c.oid = p_relation);
    v_was_attached boolean;
begin
    execute format('drop trigger if exists obs_mirror_run on %s', p_relation);
    execute format('revoke all on %s from obs_host', p_relation);
    if exists (
        select from pg_attribute a
        where a.attrelid = p_relation and a.attname = 'langsmith_trace_url' and not a.attisdropped
    ) then
        execute format('revoke all (run_id, tenant_id, langsmith_trace_url) on %s from obs_host', p_relation);
    end if;
    v_was_attached := obs._unregister_relation(p_relation);
    if not exists (
        select from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where t.tgname = 'obs_mirror_run' and c.relnamespace = v_schema
    ) then
        execute format('revoke usage on schema %s from obs_host', v_schema);
    end if;
    return v_was_attached;
end
$$;
comment on function obs.detach_runs(regclass) is
'Takes trigger and grants of obs off the host''s table; the column langsmith_trace_url and its values stay the '
'host''s. True when it was attached.';
