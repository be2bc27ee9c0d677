-- obs._check_crawl_rerun: which companies have to be crawled again
-- Called by: run_check
-- Reads/Writes: enrichment_runs, run_event_logs
-- Raises: nothing
create or replace function obs._check_crawl_rerun(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return obs._rerun(p_alert, 'crawl', 'crawl these again once the cause is gone');
end
$$;
comment on function obs._check_crawl_rerun(obs.alerts) is 'Which companies have to be crawled again.';
