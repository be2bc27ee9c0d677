-- obs._place: finds each event's run: what the event counts as, its day, its price, or why it has no home
-- Called by: _store
-- Reads/Writes: enrichment_runs, event_days, price_cards
-- Raises: nothing
-- A thinned run takes no success back whatever it cost: its first copy may have had a price then and be gone.
create or replace function obs._place(p_events obs.event[], p_allowed text[]) returns obs.placed_event[]
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
begin
    return array(
        select
            row(
                q.ord, q.ts, q.level, q.logger, q.tenant_id, q.run_id, q.stage, q.company_id, q.event, q.status, q.duration_ms,
                q.error_code, q.error_msg, q.vendor, q.model, q.cost_usd, q.tokens_input, q.tokens_output, q.trace_id,
                q.event_id, q.producer, q.seq, q.extra, q.kind, q.run_day, q.reason,
                obs._final_usd(
                    q.kind, q.cost_usd, q.tenant_id, q.vendor, q.model, q.ts, q.status, q.tokens_input, q.tokens_output, q.extra
                )
            )::obs.placed_event
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
                    when d.dropped_at is not null or r.expired_at is not null then 'expired'
                    when r.thinned_at is not null and obs._thinnable(e.logger, e.event, e.status, e.stage, 0, e.extra)
                        then 'thinned'
                end as reason
            from unnest(p_events) as e
            left join obs.enrichment_runs r
                on r.tenant_id = e.tenant_id and r.run_id = e.run_id and (p_allowed is null or r.tenant_id = any(p_allowed))
            left join obs.event_days d on d.run_day = r.run_day
        ) q
    );
end
$$;
comment on function obs._place(obs.event[], text[]) is
'Finds each event''s run: what the event counts as, its day, its price, or why it has no home.';
