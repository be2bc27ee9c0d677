-- obs.maintain_step: does one piece of one step of maintenance; how much it did, 0 when nothing is left
-- Called by: maintain, maintain_by_steps
-- Reads/Writes: jobs (row lock), and what the step reads and writes
-- Raises: 22023 for an unknown step
-- NULL when another session is at maintenance.
create or replace function obs.maintain_step(p_step text) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if p_step is null or p_step <> all(obs.maintenance_steps()) then
        raise exception 'there is no step % of maintenance', quote_nullable(left(p_step, 64))
            using errcode = '22023', hint = 'The steps are: ' || array_to_string(obs.maintenance_steps(), ', ') || '.';
    end if;
    if not obs._begin_job('maintain') then
        return null;
    end if;
    return case p_step
        when 'days_made' then obs._make_days_ahead()
        when 'events_thinned' then obs._thin_events()
        when 'runs_expired' then obs._expire_runs()
        when 'events_deleted' then obs._delete_expired()
        when 'events_compacted' then obs._compact_events()
        when 'events_audited' then obs._audit_day()
        when 'content_pruned' then obs._prune_content()
        when 'history_pruned' then obs._prune_history()
        when 'quarantine_pruned' then obs._prune_quarantine()
        when 'cron_history_pruned' then case when obs._cron_access() = 'usable' then obs._cron_prune() else 0 end
        when 'days_dropped' then obs._drop_days()
    end;
end
$$;
comment on function obs.maintain_step(text) is
'Does one short piece of a step of maintenance and returns how many rows, runs or days it handled: 0 when nothing is left,'
' NULL when another session is at it.';
