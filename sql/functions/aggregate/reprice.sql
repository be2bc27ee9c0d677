-- obs.reprice: prices calls again by the price cards as they stand now
-- Called by: administrators, after set_price
-- Reads/Writes: run_event_logs, stage_deltas, enrichment_runs and all that the fold writes, audit_log
-- Raises: 22023 an empty window, OB001 unknown tenant
-- What a vendor reported stays. The difference enters the numbers as deltas without events, so one way leads into them.
create or replace function obs.reprice(p_from timestamptz, p_to timestamptz, p_tenant_id text default null)
returns table (tenant_id text, run_id text, calls bigint, cost_before_usd numeric, cost_after_usd numeric)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_run record;
    v_calls bigint;
    v_before numeric;
    v_after numeric;
begin
    if p_from >= p_to or p_from is null or p_to is null then
        raise exception 'reprice needs a window: p_from % is not before p_to %', p_from, p_to using errcode = '22023';
    end if;
    perform obs._known_tenant(p_tenant_id);
    perform from obs.enrichment_runs r
    where r.started_at < p_to and coalesce(r.last_event_ts, 'infinity') >= p_from and (r.thinned_at is not null or r.expired_at is not null)
      and (p_tenant_id is null or r.tenant_id = p_tenant_id);
    if found then
        raise notice 'thinned runs and those past their window keep the cost of the calls they no longer hold';
    end if;
    for v_run in
        select r.tenant_id, r.run_id, r.run_day
        from obs.enrichment_runs r
        where r.started_at < p_to and coalesce(r.last_event_ts, 'infinity') >= p_from
          and (p_tenant_id is null or r.tenant_id = p_tenant_id)
        order by r.tenant_id, r.run_id
        for no key update
    loop
        perform obs._fold(v_run.tenant_id, v_run.run_id);
        with priced as (
            select e.event_id, e.cost_usd as old_usd, e.cost_source as old_source,
                obs._price(
                    e.tenant_id, e.vendor, e.model, e.ts, (e.status = 'success')::int, e.tokens_input, e.tokens_output,
                    obs._extra_tokens(e.extra, 'tokens_cached'),
                    obs._extra_tokens(e.extra, 'tokens_reasoning')
                ) as new_usd
            from obs.run_event_logs e
            where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day
              and e.kind = 'call' and e.cost_source in ('price_card', 'unpriced') and e.ts >= p_from and e.ts < p_to
        ), changed as (
            update obs.run_event_logs e
            set cost_usd = p.new_usd, cost_source = case when p.new_usd is null then 'unpriced' else 'price_card' end
            from priced p
            where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day
              and e.event_id = p.event_id and p.new_usd is distinct from p.old_usd
            returning e.stage, e.vendor, e.model, p.old_usd, p.new_usd
        ), delta as (
            insert into obs.stage_deltas (
                tenant_id, run_id, stage, kind, outcome, vendor, model, error_code, score_bucket, email_status, n, cost_usd,
                tokens_input, tokens_output, tokens_cached, tokens_reasoning, unpriced_calls, cache_hits
            )
            select v_run.tenant_id, v_run.run_id, coalesce(c.stage, ''), 'reprice', '', coalesce(c.vendor, ''),
                coalesce(c.model, ''), '', '', '', 0, sum(coalesce(c.new_usd, 0) - coalesce(c.old_usd, 0)), 0, 0, 0, 0,
                sum((c.new_usd is null)::int - (c.old_usd is null)::int), 0
            from changed c
            group by c.stage, c.vendor, c.model
        )
        select count(*), coalesce(sum(c.old_usd), 0), coalesce(sum(c.new_usd), 0) into v_calls, v_before, v_after from changed c;
        if v_calls > 0 then
            perform obs._fold(v_run.tenant_id, v_run.run_id);
            perform obs._audit(v_run.tenant_id, 'reprice', jsonb_build_object(
                'run_id', v_run.run_id, 'calls', v_calls, 'cost_before_usd', v_before, 'cost_after_usd', v_after
            ));
            tenant_id := v_run.tenant_id;
            run_id := v_run.run_id;
            calls := v_calls;
            cost_before_usd := v_before;
            cost_after_usd := v_after;
            return next;
        end if;
    end loop;
end
$$;
comment on function obs.reprice(timestamptz, timestamptz, text) is
'Prices calls with ts in [p_from, p_to) again by today''s price cards, for one tenant or (NULL) all; a row for each '
'run that changed, with the cost in US dollars before and after. Costs that vendors reported stay, and so do those of calls '
'that a thinned run no longer holds.';
