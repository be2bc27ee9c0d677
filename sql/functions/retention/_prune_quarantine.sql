-- obs._prune_quarantine: deletes quarantined events older than 30 days; number of rows deleted
-- Called by: maintain_step
-- Reads/Writes: quarantined_events
-- Raises: nothing
-- 0.1.0 had it without an argument: with both there, a call would not say which.
drop function if exists obs._prune_quarantine();
create or replace function obs._prune_quarantine(p_limit int default 5000) returns bigint
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
        limit p_limit
        for update skip locked
    ));
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._prune_quarantine(int) is
'Deletes quarantined events older than 30 days, p_limit a call; returns how many.';
