-- obs.detach_runs: takes trigger and grants off the host's table of runs; the runs already mirrored stay
-- Called by: administrators who own the host's table
-- Reads/Writes: the host's table, attached_relations
-- Raises: 42501 not the table's owner
create or replace function obs.detach_runs(p_relation regclass) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('drop trigger if exists obs_mirror_run on %s', p_relation);
    execute format('revoke select, update (langsmith_trace_url) on %s from obs_owner', p_relation);
    return obs._unregister_relation(p_relation);
end
$$;
comment on function obs.detach_runs(regclass) is
'Takes trigger and grants of obs off the host''s table; the column langsmith_trace_url and its values stay the '
'host''s. True when it was attached.';
