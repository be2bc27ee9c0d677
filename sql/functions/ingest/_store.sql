-- obs._store: stores clean events exactly once with what they add to the numbers, and quarantines what has no home
-- Called by: _enter
-- Reads/Writes: quarantined_events and all that _place and _store_placed read and write
-- Raises: nothing an event can cause
-- p_allowed: the tenants the caller may write, NULL for any. A foreign tenant's event gets the answer of an unknown run.
-- p_lifecycle: the stored lifecycle events, in order; a duplicate takes effect no second time.
create or replace function obs._store(
    p_events obs.event[],
    p_allowed text[],
    out p_accepted int,
    out p_quarantined int,
    out p_lifecycle obs.event[],
    out p_details jsonb
)
language plpgsql volatile set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
as $$
declare
    v_placed obs.placed_event[] := obs._place(p_events, p_allowed);
    v_ids uuid[];
begin
    select s.p_accepted, s.p_lifecycle_ids into p_accepted, v_ids from obs._store_placed(v_placed) s;
    p_quarantined := 0;
    if exists (select from unnest(v_placed) p where p.reason is not null) then
        select q.p_count, q.p_details into p_quarantined, p_details from obs._quarantine(v_placed) q;
    end if;
    if v_ids is not null then
        p_lifecycle := array(
            select jsonb_populate_record(null::obs.event, to_jsonb(p))
            from unnest(v_placed) p
            where p.kind = 'lifecycle' and p.reason is null and p.event_id = any(v_ids)
            order by p.ord
        );
    end if;
end
$$;
comment on function obs._store(obs.event[], text[]) is
'Stores clean events exactly once with their deltas, and quarantines what has no home.';
