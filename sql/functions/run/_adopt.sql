-- obs._adopt: takes into a new run what came before it was known; number of events taken
-- Called by: _enter, start_run, _take_host_run
-- Reads/Writes: quarantined_events (delete), and through _enter everything
-- Raises: nothing
-- Only the run's own tenant's rows; a row without a tenant only where the same trusted login, bound to no tenant, sent
-- it.
create or replace function obs._adopt(p_tenant_id text, p_run_id text, p_allowed text[]) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_payloads jsonb;
begin
    with taken as (
        delete from obs.quarantined_events q
        where q.run_id = p_run_id
          and q.reason = 'unknown_run'
          and (q.tenant_id = p_tenant_id or (q.tenant_id is null and p_allowed is null and q.sent_by = obs._asker()))
        returning q.payload, q.received_at, q.event_id
    )
    select jsonb_agg(
        t.payload - 'ord' || jsonb_build_object('tenant_id', p_tenant_id)
        order by t.received_at, t.payload -> 'ord', t.event_id
    )
    into v_payloads
    from taken t;
    if v_payloads is null then
        return 0;
    end if;
    return (select d.accepted from obs._enter(obs._to_events(v_payloads, p_tenant_id), array[p_tenant_id]) d);
end
$$;
comment on function obs._adopt(text, text, text[]) is
'Takes into a new run the quarantined events that came before it was known.';
