-- obs._tell_trace_url: has a run's trace URL written into the host's row, unless that would leave something in the session
-- Called by: _open_run
-- Reads/Writes: attached_relations, and through obs_host the host's table
-- Raises: nothing
-- Triggers of the host run here. A setting or a temporary table that they leave would work in the writer's next statement,
-- with its rights: then all that they did is taken back. What they prepared no rollback takes back, so it is deallocated.
create or replace function obs._tell_trace_url(p_relation text, p_tenant_id text, p_run_id text, p_url text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_before constant text := obs._session_picture();
begin
    begin
        perform obs._write_back_trace_url(a.relation, a.run_id_type, p_tenant_id, p_run_id, p_url)
        from obs.attached_relations a
        where a.relation = p_relation;
        if obs._session_picture() <> v_before then
            raise exception 'the session is another' using errcode = 'OB006';
        end if;
    exception when sqlstate 'OB006' then
        raise warning 'obs writes no trace URL into %, whose triggers change the settings or temporary tables of who writes', p_relation;
    end;
    perform obs._forget_prepared();
end
$$;
comment on function obs._tell_trace_url(text, text, text, text) is
'Has a run''s trace URL written into the host''s row, unless the host''s triggers leave something in the session.';
