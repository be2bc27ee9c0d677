-- obs._status_qa: the check on the views of the host that QA reads
-- Called by: status
-- Reads/Writes: qa_sources
-- Raises: nothing
create or replace function obs._status_qa()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return query
        select
            'qa source',
            case when f.faults is null then 'green' else 'amber' end,
            coalesce(f.faults, case when f.n = 0 then 'no view is registered' else format('views registered: %s', f.n) end),
            case when f.faults is not null then
                'Mend or speed up the view, then register it anew: select obs.register_qa_source(…).'
            end
        from (
            select count(*) as n, string_agg(
                case
                    when s.last_error is not null then format('%s could not be read: SQLSTATE %s', s.relation, s.last_error)
                    else format('%s took %s ms, so no finish reads it any more', s.relation, s.last_ms)
                end || coalesce(' (tenant ' || s.tenant_id || ')', ''),
                '; ' order by s.tenant_id nulls first
            ) filter (where s.last_error is not null or s.last_ms > 5000) as faults
            from obs.qa_sources s
        ) f;
end
$$;
comment on function obs._status_qa() is 'The check on the views of the host that QA reads.';
