-- obs._quarantine: keeps events that have no home, with the reason
-- Called by: _store
-- Reads/Writes: quarantined_events, tenant_peppers
-- Raises: nothing
-- One moment for the batch, and each event's place in it, so that _adopt meets them in the order they were sent.
-- Bad ids and tenants that are not the sender's stand in the payload alone, redacted: only administrators see such rows.
create or replace function obs._quarantine(p_placed obs.placed_event[], out p_count int, out p_details jsonb)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    insert into obs.quarantined_events (tenant_id, run_id, event_id, reason, payload, sent_by, received_at)
    select
        case when p.reason not in ('forbidden_tenant', 'bad_id') then p.tenant_id end,
        case when p.reason <> 'bad_id' then p.run_id end,
        p.event_id,
        p.reason,
        to_jsonb(p) - array['kind', 'run_day', 'reason', 'final_usd'] || case p.reason
            when 'bad_id' then jsonb_build_object(
                'run_id', obs._redact_id(null, left(p.run_id, 256)),
                'tenant_id', obs._redact_id(null, left(p.tenant_id, 256))
            )
            else '{}'
        end,
        obs._asker(),
        v_now
    from unnest(p_placed) p
    where p.reason is not null
    order by p.event_id
    on conflict do nothing;
    select count(*), jsonb_agg(jsonb_build_object('ord', q.ord, 'reason', q.reason) order by q.ord) filter (where q.place <= 100)
    into p_count, p_details
    from (
        select p.ord, p.reason, row_number() over (order by p.ord) as place
        from unnest(p_placed) p
        where p.reason is not null
    ) q;
end
$$;
comment on function obs._quarantine(obs.placed_event[]) is 'Keeps events that have no home, with the reason.';
