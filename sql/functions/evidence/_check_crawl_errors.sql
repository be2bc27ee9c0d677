-- obs._check_crawl_errors: which class of crawl failures has grown against the last seven runs
-- Called by: run_check
-- Reads/Writes: run_error_codes, run_stage_stats
-- Raises: nothing
-- A class is a cause when its share of all items rose by 10 points, or is 15 % where no earlier run is known.
create or replace function obs._check_crawl_errors(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_items int := (
        select s.count_total from obs.run_stage_stats s
        where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stage = 'crawl'
    );
    v_top record;
    v_all text;
    v_data jsonb;
begin
    if coalesce(v_items, 0) = 0 then
        return obs._finding('unknown', 'the run has no crawled company');
    end if;
    select string_agg(
            format('%s %s of %s (%s)', x.class, x.n, v_items,
                case when x.usual is null then 'no earlier run' else 'usual ' || round(100 * x.usual, 1) || ' %' end),
            '; ' order by x.n desc
        ), jsonb_agg(to_jsonb(x) order by x.n desc)
    into v_all, v_data
    from obs._class_split(p_alert.tenant_id, p_alert.run_id, 'crawl') x;
    if v_all is null then
        return obs._finding('clear', format('no failure of %s has an error code', v_items));
    end if;
    select x.* into v_top
    from obs._class_split(p_alert.tenant_id, p_alert.run_id, 'crawl') x
    where x.n >= 10 and x.rate - coalesce(x.usual, 0.05) >= 0.10
    order by x.rate - coalesce(x.usual, 0) desc
    limit 1;
    if not found then
        return obs._finding('clear', format('no class of failures has grown: %s', left(v_all, 300)), p_data => v_data);
    end if;
    return obs._finding(
        'cause',
        format('%s: %s %% of crawls, %s (%s). All: %s', v_top.class, round(100 * v_top.rate, 1),
            case when v_top.usual is null then 'no earlier run to compare with' else format('usual %s %%', round(100 * v_top.usual, 1)) end,
            v_top.codes, left(v_all, 300)),
        case v_top.class
            when 'robots' then 'raise CRAWLER_DOMAIN_MIN_INTERVAL_S, crawl less at once, fall back to Tavily earlier'
            when 'DNS' then 'see whether the crawl hosts'' resolver answers; re-run the failed companies when it does'
            when 'TLS' then 'see whether the crawl hosts'' clock and certificate store are right'
            when 'timeouts' then 'crawl less at once or allow more time, fall back to Tavily earlier'
            when 'connections' then 'see whether the crawl hosts reach the internet; re-run the failed companies'
            else 'open the failing domains by hand, then re-run the failed companies'
        end,
        p_data => v_data
    );
end
$$;
comment on function obs._check_crawl_errors(obs.alerts) is
'Crawl failures by class (robots, DNS, TLS, HTTP, …) against the median of the last seven runs.';
