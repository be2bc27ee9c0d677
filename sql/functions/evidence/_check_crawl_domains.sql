-- obs._check_crawl_domains: which domains fail most, and whether one of them is the failure
-- Called by: run_check
-- Reads/Writes: enrichment_runs, run_event_logs, run_stage_stats
-- Raises: nothing
-- The domain is extra.domain or extra.host, else what a URL in the message names. The first 5 000 failures are looked at.
create or replace function obs._check_crawl_domains(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_seen bigint;
    v_named bigint;
    v_top text;
    v_most bigint;
    v_list text;
    v_items int := (
        select s.count_total from obs.run_stage_stats s
        where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stage = 'crawl'
    );
begin
    select sum(d.n), sum(d.n) filter (where d.domain is not null),
        string_agg(d.domain || ' ' || d.n, ', ' order by d.place) filter (where d.place <= 5 and d.domain is not null),
        (array_agg(d.domain order by d.place))[1], (array_agg(d.n order by d.place))[1]
    into v_seen, v_named, v_list, v_top, v_most
    from (
        select f.domain, count(*) as n, row_number() over (order by f.domain is null, count(*) desc, f.domain) as place
        from obs._failed_domains(p_alert.tenant_id, p_alert.run_id) f
        group by f.domain
    ) d;
    if coalesce(v_named, 0) = 0 then
        return obs._finding(
            case when v_seen > 0 then 'unknown' else 'clear' end,
            case when v_seen > 0 then format('none of %s failures names its domain', v_seen) else 'no crawl failed' end,
            case when v_seen > 0 then 'log extra.domain with each crawl' end
        );
    end if;
    if v_most >= 10 and v_most >= 0.5 * v_seen and v_most >= 0.1 * v_items then
        return obs._finding(
            'cause', format('%s of %s failures are on %s', v_most, v_seen, v_top),
            'leave the domain alone for now: raise CRAWLER_DOMAIN_MIN_INTERVAL_S for it, then re-run its companies'
        );
    end if;
    return obs._finding('clear', format('failures are spread: %s, of %s', v_list, v_seen));
end
$$;
comment on function obs._check_crawl_domains(obs.alerts) is 'Which domains fail most, and whether one of them is the failure.';
