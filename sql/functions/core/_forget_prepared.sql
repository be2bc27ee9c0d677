-- obs._forget_prepared: deallocates what SQL prepared during the present statement
-- Called by: _read_source, _tell_trace_url: behind code of the host that ran in the caller's session
-- Reads/Writes: the session's prepared statements
-- Raises: nothing
-- No rollback takes a PREPARE back. One under a name that the session uses would be executed by it, with its rights.
create or replace function obs._forget_prepared() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text;
begin
    for v_name in
        select p.name from pg_prepared_statements p where p.from_sql and p.prepare_time >= statement_timestamp()
    loop
        execute format('deallocate %I', v_name);
    end loop;
end
$$;
comment on function obs._forget_prepared() is
'Deallocates what SQL prepared during the present statement: code of the host must leave nothing that a session would run.';
