-- obs._write_back_trace_url: writes a run's trace URL into the host's row
-- Called by: _open_run
-- Reads/Writes: attached_relations, the host's table
-- Raises: nothing
-- No loop: the host's trigger then finds the same URL in obs and changes nothing. The relation's name was quoted when
-- it
-- was registered, the key's type comes from the catalog.
create or replace function obs._write_back_trace_url(
    p_relation text, p_tenant_id text, p_run_id text, p_url text
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_table regclass := to_regclass(p_relation);
    v_type regtype := (select a.run_id_type::regtype from obs.attached_relations a where a.relation = p_relation);
begin
    if v_type is not null and v_table is not null then
        execute format(
            'update %s set langsmith_trace_url = $1 where run_id = $2::%s and tenant_id::text = $3 '
            'and langsmith_trace_url is distinct from $1', v_table, v_type
        ) using p_url, p_run_id, p_tenant_id;
    end if;
end
$$;
comment on function obs._write_back_trace_url(text, text, text, text) is
'Writes a run''s trace URL into the host''s row.';
