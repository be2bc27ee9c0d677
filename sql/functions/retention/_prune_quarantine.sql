-- obs._prune_quarantine: deletes quarantined events older than 30 days, 5,000 a call; number of rows deleted
-- Called by: maintain_step
-- Reads/Writes: quarantined_events
-- Raises: nothing
create or replace function obs._prune_quarantine() returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    delete from obs.quarantined_events q
    where q.ctid = any(array(
        select o.ctid from obs.quarantined_events o
        where o.received_at < obs.now() - interval '30 days'
        order by o.received_at
        limit 5000
        for update skip locked
    ));
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._prune_quarantine() is 'Deletes quarantined events older than 30 days, 5,000 a call; returns how many.';
