-- obs._failed_domains: the domains of the first 5 000 failed crawls of a run, one row a failure
-- Called by: _check_crawl_domains
-- Reads/Writes: enrichment_runs, run_event_logs, error_texts
-- Raises: nothing
create or replace function obs._failed_domains(p_tenant_id text, p_run_id text) returns table (domain text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select lower(regexp_replace(left(coalesce(
        f.extra ->> 'domain', f.extra ->> 'host', substring(coalesce(f.extra ->> 'url', f.error_msg) from '://([^/:?#\s]+)'),
        substring(f.error_msg from '\m((?:[a-z0-9-]+\.)+[a-z]{2,})\M')
    ), 128), '^www\.', ''))
    from (
        select e.extra, left(obs.error_text(e.tenant_id, e.error_msg), 500) as error_msg
        from obs.enrichment_runs r
        join obs.run_event_logs e on e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.run_day = r.run_day
        where r.tenant_id = p_tenant_id and r.run_id = p_run_id and e.stage = 'crawl' and e.status = 'error' and e.kind = 'item'
        order by e.ts
        limit 5000
    ) f;
end
$$;
comment on function obs._failed_domains(text, text) is
'The domains of the first 5 000 failed crawls of a run; NULL where none is named.';
