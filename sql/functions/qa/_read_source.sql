-- obs._read_source: what the host's registered view says of a run; NULL when there is no view, or it could not be read
-- Called by: _high_companies, _put_samples, _risky_companies
-- Reads/Writes: qa_sources, and through obs_host the host's view
-- Raises: nothing
-- How a view was read is noted unless somebody holds its row right now: no finish waits for another's.
create or replace function obs._read_source(p_tenant_id text, p_run_id text, p_companies text[], p_asked boolean) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_relation constant text := obs._qa_source(p_tenant_id, p_asked);
    v_started constant timestamptz := clock_timestamp();
    v_read jsonb;
begin
    if v_relation is null then
        return null;
    end if;
    v_read := obs._read_host_companies(v_relation, p_tenant_id, p_run_id, p_companies);
    perform obs._forget_prepared();
    update obs.qa_sources s
    set last_read_at = v_started,
        last_ms = least(extract(epoch from clock_timestamp() - v_started) * 1000, 2147483647)::int,
        last_error = v_read ->> 'error'
    from (
        select q.ctid as place from obs.qa_sources q
        where q.relation = v_relation and (q.tenant_id = p_tenant_id or q.tenant_id is null)
        order by q.tenant_id nulls last
        limit 1
        for no key update skip locked
    ) t
    where s.ctid = t.place;
    if jsonb_typeof(v_read -> 'answer') is distinct from 'object' then
        return null;
    end if;
    return v_read -> 'answer';
end
$$;
comment on function obs._read_source(text, text, text[], boolean) is
'What the host''s registered view says of a run; NULL when there is none or it could not be read, which qa_sources tells.';
