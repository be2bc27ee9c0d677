-- obs._prune_forwarders: deletes forwarders that have not been seen for forwarder_days
-- Called by: _prune_history
-- Reads/Writes: forwarders, settings
-- Raises: nothing
create or replace function obs._prune_forwarders(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    -- The last forwarder that was ever seen stays: obs.status() names it.
    delete from obs.forwarders f
    using (
        select x.forwarder_id
        from obs.forwarders x
        where x.last_seen_at < obs._history_cutoff('forwarder_days', 30)
          and x.last_seen_at < (select max(n.last_seen_at) from obs.forwarders n)
        limit p_limit
        for update skip locked
    ) x
    where f.forwarder_id = x.forwarder_id;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._prune_forwarders(int) is
'Deletes forwarders unseen for forwarder_days, never the last one that was seen; returns how many.';
