-- obs._qa_source: the view of the host that a run's sample is read from; NULL when there is none to read
-- Called by: _read_source
-- Reads/Writes: qa_sources
-- Raises: nothing
-- The tenant's own view before that for all. One that was slow once is no more read by a finish, which must not wait for it:
-- 5 s, until it is registered anew. One whose reading was cancelled or timed out is not read again by the same statement: its
-- timeout is spent.
create or replace function obs._qa_source(p_tenant_id text, p_asked boolean) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select case
            when s.last_error = '57014' and s.last_read_at >= statement_timestamp() then null
            when p_asked or coalesce(s.last_ms, 0) <= 5000 then s.relation
        end
        from obs.qa_sources s
        where s.tenant_id = p_tenant_id or s.tenant_id is null
        order by s.tenant_id nulls last
        limit 1
    );
end
$$;
comment on function obs._qa_source(text, boolean) is
'The view of the host that a run''s sample is read from; NULL when there is none that may be read now.';
