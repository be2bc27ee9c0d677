-- obs._prune_quarantine: deletes quarantined events older than 30 days; number of rows deleted
-- Called by: maintain
-- Reads/Writes: quarantined_events
-- Raises: nothing
create or replace function obs._prune_quarantine() returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    delete from obs.quarantined_events q where q.received_at < obs.now() - interval '30 days';
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._prune_quarantine() is 'Deletes quarantined events older than 30 days; returns how many.';
