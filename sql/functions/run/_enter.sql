-- obs._enter: the one door: mends and redacts events, opens their runs, stores them once, lets lifecycle events take
-- effect
-- Called by: log_event, log_events, log_batch, _adopt, _drill_rows, _plant
-- Reads/Writes: stage_deltas (table lock) and all that the functions it calls read and write
-- Raises: nothing an event can cause
-- The table lock comes first, so that discard_run waits for this batch, or this batch for it.
-- Lifecycle events take effect in order after the whole batch is stored, so a batch that carries a whole run ends as
-- that run live would.
create or replace function obs._enter(
    p_events obs.event[],
    p_allowed text[],
    out accepted int,
    out duplicate int,
    out quarantined int,
    out details jsonb
)
language plpgsql volatile set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
declare
    v_events obs.event[] := p_events;
    v_event obs.event;
    v_has_start boolean;
    v_opened jsonb := '[]'::jsonb;
    v_open jsonb;
    v_lifecycle obs.event[];
begin
    lock table obs.stage_deltas in row exclusive mode;
    if exists (select from unnest(v_events) e where e.tenant_id is null) then
        v_events := obs._with_tenants(v_events, p_allowed);
    end if;
    v_has_start := exists (select from unnest(v_events) e where e.event = 'run_start');
    if v_has_start then
        perform obs._prepare_runs(v_events, p_allowed);
    end if;
    if exists (select from unnest(v_events) e where not obs._event_clean(e)) then
        v_events := array(select case when obs._event_clean(e) then e else obs._mend(e) end from unnest(v_events) e);
    end if;
    if v_has_start then
        for v_event in
            select e.* from unnest(v_events) e
            where e.event = 'run_start' and e.logger = 'obs.run' and obs._id_valid(e.run_id) and obs._id_valid(e.tenant_id)
              and (p_allowed is null or e.tenant_id = any(p_allowed))
            order by e.tenant_id, e.run_id, e.ord
        loop
            if obs._open_run(
                v_event.tenant_id, v_event.run_id, v_event.extra ->> 'kind', v_event.ts,
                v_event.extra ->> 'langsmith_trace_url', coalesce(v_event.extra -> 'meta', '{}')
            ) then
                v_opened := v_opened || jsonb_build_array(jsonb_build_object('tenant_id', v_event.tenant_id, 'run_id', v_event.run_id));
            end if;
        end loop;
    end if;
    select s.p_accepted, s.p_quarantined, s.p_lifecycle, s.p_details
    into accepted, quarantined, v_lifecycle, details
    from obs._store(v_events, p_allowed) s;
    duplicate := coalesce(cardinality(v_events), 0) - accepted - quarantined;
    if v_lifecycle is not null then
        perform obs._apply(v_lifecycle);
    end if;
    for v_open in select o.value from jsonb_array_elements(v_opened) o loop
        perform obs._adopt(v_open ->> 'tenant_id', v_open ->> 'run_id', p_allowed);
    end loop;
end
$$;
comment on function obs._enter(obs.event[], text[]) is
'The one door that every event goes through: mend, redact, open runs, store once, apply.';
