-- obs._check_crawl_settings: whether the crawler was set to go faster than at the last good run
-- Called by: run_check
-- Reads/Writes: run_metrics, alert_observations, enrichment_runs
-- Raises: nothing
-- The pipeline logs its settings as numbers of the run: crawler_domain_min_interval_s and crawl_concurrency.
create or replace function obs._check_crawl_settings(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_before text := coalesce(
        obs._last_good_run(p_alert), (select e.run_id from obs._earlier_runs(p_alert.tenant_id, p_alert.run_id, 1) e)
    );
    v_names constant text[] := array['crawler_domain_min_interval_s', 'crawl_concurrency'];
    v_now jsonb;
    v_then jsonb;
begin
    select jsonb_object_agg(lower(m.name), m.value) filter (where m.run_id = p_alert.run_id),
        jsonb_object_agg(lower(m.name), m.value) filter (where m.run_id = v_before)
    into v_now, v_then
    from obs.run_metrics m
    where m.tenant_id = p_alert.tenant_id and m.run_id in (p_alert.run_id, v_before) and lower(m.name) = any(v_names);
    if v_now is null then
        return obs._finding(
            'unknown', 'the run does not say how fast it crawled',
            'let it say so: obs.set_metric(run, ''crawler_domain_min_interval_s'', seconds), likewise crawl_concurrency'
        );
    elsif v_then is null then
        return obs._finding('unknown', format('no earlier run to compare with: %s', v_now));
    elsif (v_now -> v_names[1])::numeric < (v_then -> v_names[1])::numeric
        or (v_now -> v_names[2])::numeric > (v_then -> v_names[2])::numeric
    then
        return obs._finding(
            'cause', format('the crawler goes faster than at run %s: %s, was %s', v_before, v_now, v_then),
            'set CRAWLER_DOMAIN_MIN_INTERVAL_S and the concurrency back'
        );
    end if;
    return obs._finding('clear', format('the crawler goes no faster than at run %s: %s', v_before, v_now));
end
$$;
comment on function obs._check_crawl_settings(obs.alerts) is
'Whether CRAWLER_DOMAIN_MIN_INTERVAL_S or the concurrency, as the runs logged them, let the crawler go faster than before.';
