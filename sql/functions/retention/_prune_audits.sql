-- obs._prune_audits: deletes audits of privacy that are old and that nothing stands on any more
-- Called by: _prune_history
-- Reads/Writes: privacy_audits, event_days
-- Raises: nothing
-- Of each tenant the newest audit of the whole schema stays, and the audits of days that are still there: they say which days
-- need none.
create or replace function obs._prune_audits(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    delete from obs.privacy_audits a
    using (
        select x.audit_id
        from obs.privacy_audits x
        where x.started_at < obs._history_cutoff('alert_history_days', 396)
          and (
              x.run_day is null and exists (
                  select from obs.privacy_audits n
                  where n.tenant_id is not distinct from x.tenant_id and n.run_day is null and n.audit_id > x.audit_id
              )
              or exists (select from obs.event_days d where d.run_day = x.run_day and d.dropped_at is not null)
          )
        limit p_limit
    ) x
    where a.audit_id = x.audit_id;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._prune_audits(int) is
'Deletes audits older than alert_history_days that nothing stands on any more; returns how many.';
