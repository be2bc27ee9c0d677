-- obs._store_one: stores one clean event of an open run with its delta; false when its run or its id asks for more
-- Called by: log_event
-- Reads/Writes: enrichment_runs, event_days, run_event_logs, stage_deltas
-- Raises: nothing an event can cause
-- What _store does for an event that _event_clean would pass and that is no lifecycle event, without arrays and row types.
-- The statement takes the lock on stage_deltas that discard_run waits for before its snapshot is taken: it sees the run
-- until the end, or not at all. A run that two of the tenants have, a thinned one, a dropped day and a duplicate are left
-- to _enter. p_final_usd: what the event costs, priced for p_tenant_id where nothing was reported.
create or replace function obs._store_one(
    p_allowed text[], p_tenant_id text, p_kind text, p_final_usd numeric, p_event_id uuid, p_ts timestamptz, p_level text,
    p_logger text, p_run_id text, p_stage text, p_company_id text, p_event text, p_status text, p_duration_ms int,
    p_error_code text, p_error_msg text, p_vendor text, p_model text, p_cost_usd numeric, p_tokens_input bigint,
    p_tokens_output bigint, p_trace_id text, p_extra jsonb
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_source text;
    v_bucket text := '';
    v_email_status text := '';
    v_cached bigint := 0;
    v_reasoning bigint := 0;
    v_hits bigint := 0;
begin
    if p_kind = 'call' or p_cost_usd is not null then
        v_source := obs._cost_source(p_kind, p_cost_usd, p_final_usd, p_status, p_tokens_input, p_tokens_output, p_extra);
    end if;
    if p_extra ?| array['bucket', 'email_status', 'tokens_cached', 'tokens_reasoning', 'cache_hit'] then
        if p_kind = 'item' then
            v_bucket := coalesce(p_extra ->> 'bucket', '');
            v_email_status := coalesce(p_extra ->> 'email_status', '');
        end if;
        if p_kind in ('item', 'call') then
            v_cached := coalesce(obs._extra_tokens(p_extra, 'tokens_cached'), 0);
            v_reasoning := coalesce(obs._extra_tokens(p_extra, 'tokens_reasoning'), 0);
            v_hits := (coalesce(p_extra -> 'cache_hit' = 'true', false))::int;
        end if;
    end if;
    with stored as (
        insert into obs.run_event_logs (
            run_id, tenant_id, stage, company_id, event, status, error_code, duration_ms, trace_id, extra, ts, level, error_msg,
            vendor, cost_usd, tokens_input, tokens_output, logger, model, event_id, received_at, kind, cost_source, run_day
        )
        select
            r.run_id, r.tenant_id, p_stage, p_company_id, p_event, p_status, p_error_code, p_duration_ms, p_trace_id, p_extra,
            p_ts, p_level, p_error_msg, p_vendor, p_final_usd, p_tokens_input, p_tokens_output, p_logger, p_model, p_event_id,
            v_now, p_kind, v_source, r.run_day
        from obs.enrichment_runs r
        join obs.event_days d on d.run_day = r.run_day
        where r.run_id = p_run_id and r.thinned_at is null and r.expired_at is null and d.dropped_at is null
          and (p_tenant_id is null or r.tenant_id = p_tenant_id)
          and (p_allowed is null or r.tenant_id = any(p_allowed))
          and not exists (
              select from obs.enrichment_runs o
              where p_tenant_id is null and o.run_id = p_run_id and o.tenant_id <> r.tenant_id
                and (p_allowed is null or o.tenant_id = any(p_allowed))
          )
        on conflict do nothing
        returning tenant_id
    )
    insert into obs.stage_deltas (
        tenant_id, run_id, stage, kind, outcome, vendor, model, error_code, score_bucket, email_status, latency_bucket, n,
        cost_usd, tokens_input, tokens_output, tokens_cached, tokens_reasoning, unpriced_calls, cache_hits,
        first_ts, last_ts, last_received_at
    )
    select
        s.tenant_id, p_run_id, coalesce(p_stage, ''), p_kind, coalesce(p_status, ''), coalesce(p_vendor, ''),
        coalesce(p_model, ''), coalesce(p_error_code, ''), v_bucket, v_email_status,
        case when p_kind = 'item' then obs._latency_bucket(p_duration_ms) end, 1,
        coalesce(p_final_usd, 0), coalesce(p_tokens_input, 0), coalesce(p_tokens_output, 0), v_cached, v_reasoning,
        case when v_source = 'unpriced' then 1 else 0 end, v_hits, p_ts, p_ts, v_now
    from stored s;
    return found;
end
$$;
comment on function obs._store_one(
    text[], text, text, numeric, uuid, timestamptz, text, text, text, text, text, text, text, int, text, text, text, text,
    numeric, bigint, bigint, text, jsonb
) is
'Stores one clean event of an open run with its delta; false when its run or its id asks for more.';
