-- obs._store: stores clean events, drops duplicates, quarantines what has no home, and writes the deltas: one statement
-- Called by: _enter
-- Reads/Writes: enrichment_runs, event_days, run_event_logs, stage_deltas, quarantined_events, price_cards
-- Raises: nothing an event can cause
-- p_allowed: the tenants the caller may write, NULL for any. A foreign tenant's event gets the answer of an unknown
-- run.
-- Keys are inserted in one order, so that two senders of the same events wait for each other instead of deadlocking.
-- p_lifecycle: the stored lifecycle events, in order; a duplicate takes effect no second time.
create or replace function obs._store(
    p_events obs.event[],
    p_allowed text[],
    out p_accepted int,
    out p_quarantined int,
    out p_lifecycle obs.event[],
    out p_details jsonb
)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    with placed as (
        select
            q.*,
            case
                when q.kind <> 'call' or q.reason is not null then q.cost_usd
                when q.cost_usd is not null then q.cost_usd
                when q.extra -> 'cache_hit' = 'true' then 0
                else obs._price(
                    q.tenant_id, q.vendor, q.model, q.ts, (q.status = 'success')::int, q.tokens_input, q.tokens_output,
                    obs._whole(obs._json_number(q.extra -> 'tokens_cached')),
                    obs._whole(obs._json_number(q.extra -> 'tokens_reasoning'))
                )
            end as final_usd
        from (
            select
                e.*,
                obs._kind(e.logger, e.event, e.status, e.stage) as kind,
                r.run_day,
                case
                    when r.run_id is null then case
                        when not obs._id_valid(e.run_id) or not (e.tenant_id is null or obs._id_valid(e.tenant_id)) then 'bad_id'
                        when e.tenant_id <> all(p_allowed) then 'forbidden_tenant'
                        else 'unknown_run'
                    end
                    when d.dropped_at is not null then 'expired'
                    when r.thinned_at is not null and obs._thinnable(e.logger, e.event, e.status, e.stage, e.cost_usd, e.extra)
                        then 'thinned'
                end as reason
            from unnest(p_events) as e
            left join obs.enrichment_runs r
                on r.tenant_id = e.tenant_id and r.run_id = e.run_id and (p_allowed is null or r.tenant_id = any(p_allowed))
            left join obs.event_days d on d.run_day = r.run_day
        ) q
    ), stored as (
        insert into obs.run_event_logs (
            run_id, tenant_id, stage, company_id, event, status, error_code, duration_ms, trace_id, extra, ts, level, error_msg,
            vendor, cost_usd, tokens_input, tokens_output, logger, model, event_id, producer, seq, received_at, kind,
            cost_source, run_day
        )
        select
            p.run_id, p.tenant_id, p.stage, p.company_id, p.event, p.status, p.error_code, p.duration_ms::int, p.trace_id,
            p.extra, p.ts, p.level, p.error_msg, p.vendor, p.final_usd, p.tokens_input, p.tokens_output,
            p.logger, p.model, p.event_id, p.producer, p.seq, clock_timestamp(), p.kind,
            case
                when p.cost_usd is not null then 'reported'
                when p.kind <> 'call' then null
                when p.extra -> 'cache_hit' = 'true' then 'cache'
                when p.final_usd is not null then 'price_card'
                when p.status = 'success' or p.tokens_input > 0 or p.tokens_output > 0 then 'unpriced'
            end,
            p.run_day
        from placed p
        where p.reason is null
        order by p.tenant_id, p.run_id, p.event_id
        on conflict do nothing
        returning tenant_id, run_id, coalesce(stage, '') as stage, kind, coalesce(status, '') as status,
            coalesce(vendor, '') as vendor, coalesce(model, '') as model, coalesce(error_code, '') as error_code, cost_usd,
            cost_source, tokens_input, tokens_output, ts, received_at, event_id,
            case when kind in ('item', 'call') then extra end as facts,
            case when kind = 'item' then obs._latency_bucket(duration_ms) end as latency_bucket
    ), deltas as (
        insert into obs.stage_deltas (
            tenant_id, run_id, stage, kind, outcome, vendor, model, error_code, score_bucket, email_status, latency_bucket, n,
            cost_usd, tokens_input, tokens_output, tokens_cached, tokens_reasoning, unpriced_calls, cache_hits,
            first_ts, last_ts, last_received_at
        )
        select
            s.tenant_id, s.run_id, s.stage, s.kind, s.status, s.vendor, s.model, s.error_code,
            case when s.kind = 'item' then coalesce(s.facts ->> 'bucket', '') else '' end,
            case when s.kind = 'item' then coalesce(s.facts ->> 'email_status', '') else '' end,
            s.latency_bucket,
            count(*), coalesce(sum(s.cost_usd), 0), coalesce(sum(s.tokens_input), 0), coalesce(sum(s.tokens_output), 0),
            coalesce(sum(obs._whole(obs._json_number(s.facts -> 'tokens_cached'))), 0),
            coalesce(sum(obs._whole(obs._json_number(s.facts -> 'tokens_reasoning'))), 0),
            count(*) filter (where s.cost_source = 'unpriced'), count(*) filter (where s.facts -> 'cache_hit' = 'true'),
            min(s.ts), max(s.ts), max(s.received_at)
        from stored s
        where s.kind <> 'lifecycle'
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ), refused as (
        insert into obs.quarantined_events (tenant_id, run_id, event_id, reason, payload, sent_by)
        select
            case when p.reason in ('forbidden_tenant', 'bad_id') then null else p.tenant_id end,
            case when p.reason = 'bad_id' then null else p.run_id end,
            p.event_id, p.reason,
            to_jsonb(p) - array['ord', 'kind', 'run_day', 'reason', 'final_usd'] || case p.reason
                when 'bad_id' then jsonb_build_object(
                    'run_id', obs._redact_id(null, left(p.run_id, 256)), 'tenant_id', obs._redact_id(null, left(p.tenant_id, 256))
                )
                else '{}'
            end,
            obs._asker()
        from placed p
        where p.reason is not null
        order by p.event_id
        on conflict do nothing
    )
    select
        (select count(*) from stored),
        (select count(*) from placed p where p.reason is not null),
        (
            select array_agg(e order by e.ord)
            from unnest(p_events) e
            join stored s
                on s.kind = 'lifecycle' and s.event_id = e.event_id and s.run_id = e.run_id and s.tenant_id = e.tenant_id
        ),
        (
            select jsonb_agg(jsonb_build_object('ord', q.ord, 'reason', q.reason) order by q.ord)
            from (select p.ord, p.reason from placed p where p.reason is not null order by p.ord limit 100) q
        )
    into p_accepted, p_quarantined, p_lifecycle, p_details;
end
$$;
comment on function obs._store(obs.event[], text[]) is
'Stores clean events exactly once with their deltas, and quarantines what has no home, in one statement.';
