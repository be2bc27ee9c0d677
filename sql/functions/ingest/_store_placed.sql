-- obs._store_placed: the statement that stores placed events and writes what they add to the numbers
-- Called by: _store; _store_batch is the same over the batch table, _store_fresh made of its parts
-- Reads/Writes: run_event_logs, stage_deltas
-- Raises: nothing an event can cause
-- A duplicate is neither stored nor added. p_lifecycle_ids: the lifecycle events that were stored. Keys are inserted in one
-- order, so that two senders of the same events wait for each other instead of deadlocking.
create or replace function obs._store_placed(
    p_placed obs.placed_event[],
    out p_accepted int,
    out p_lifecycle_ids uuid[]
)
language plpgsql volatile set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    with stored as (
        insert into obs.run_event_logs (
            run_id, tenant_id, stage, company_id, event, status, error_code, duration_ms, trace_id, extra, ts, level, error_msg,
            vendor, cost_usd, tokens_input, tokens_output, logger, model, event_id, producer, seq, received_at, kind,
            cost_source, run_day
        )
        select
            p.run_id, p.tenant_id, p.stage, p.company_id, p.event, p.status, p.error_code, p.duration_ms::int, p.trace_id,
            p.extra, p.ts, p.level, p.error_msg, p.vendor, p.final_usd, p.tokens_input, p.tokens_output, p.logger, p.model,
            p.event_id, p.producer, p.seq, v_now, p.kind,
            obs._cost_source(p.kind, p.cost_usd, p.final_usd, p.status, p.tokens_input, p.tokens_output, p.extra),
            p.run_day
        from unnest(p_placed) p
        where p.reason is null
        order by p.event_id
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
            coalesce(sum(obs._extra_tokens(s.facts, 'tokens_cached')), 0),
            coalesce(sum(obs._extra_tokens(s.facts, 'tokens_reasoning')), 0),
            count(*) filter (where s.cost_source = 'unpriced'), count(*) filter (where s.facts -> 'cache_hit' = 'true'),
            min(s.ts), max(s.ts), max(s.received_at)
        from stored s
        where s.kind <> 'lifecycle'
        group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    )
    select count(*), array_agg(s.event_id) filter (where s.kind = 'lifecycle')
    into p_accepted, p_lifecycle_ids
    from stored s;
end
$$;
comment on function obs._store_placed(obs.placed_event[]) is
'Stores placed events exactly once with their deltas, in one statement.';
