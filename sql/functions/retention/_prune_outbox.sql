-- obs._prune_outbox: deletes notifications that were sent or given up, and threads that nothing refers to any more
-- Called by: _prune_history
-- Reads/Writes: notifications, notification_threads, alerts, night_mails, forwarders (delete)
-- Raises: nothing
-- What told of an alert that is still open stays, and with it the thread its next message belongs into.
create or replace function obs._prune_outbox(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_before constant timestamptz := obs._history_cutoff('outbox_days', 90);
    v_count bigint;
    v_done bigint;
begin
    delete from obs.notifications n
    using (
        select x.tenant_id, x.notification_id
        from obs.notifications x
        where x.state in ('sent', 'dead') and x.created_at < v_before and coalesce(x.sent_at, x.created_at) < v_before
          and not exists (select from obs.alerts a where a.resolved_at is null and a.alert_id = any(x.alert_ids))
          and not exists (select from obs.alerts a where a.resolved_at is null and a.group_id = x.group_id)
        order by x.created_at
        limit p_limit
        for update skip locked
    ) x
    where n.tenant_id = x.tenant_id and n.notification_id = x.notification_id;
    get diagnostics v_done = row_count;
    delete from obs.notification_threads t
    using (
        select x.tenant_id, x.channel, x.thread_key
        from obs.notification_threads x
        where x.updated_at < v_before
          and not exists (
              select from obs.notifications n
              where n.tenant_id = x.tenant_id and n.thread_key = x.thread_key and n.channel = x.channel
          )
          and not exists (
              select from obs.notifications n
              where n.tenant_id = x.tenant_id and n.ticket_key = x.thread_key and n.channel = x.channel
          )
        limit greatest(p_limit - v_done, 0)
        for update skip locked
    ) x
    where t.tenant_id = x.tenant_id and t.channel = x.channel and t.thread_key = x.thread_key;
    get diagnostics v_count = row_count;
    v_done := v_done + v_count;
    delete from obs.night_mails m where m.claimed_at < v_before;
    get diagnostics v_count = row_count;
    v_done := v_done + v_count;
    -- The last forwarder that was ever seen stays: obs.status() names it.
    delete from obs.forwarders f
    where f.last_seen_at < obs._history_cutoff('forwarder_days', 30)
      and f.last_seen_at < (select max(x.last_seen_at) from obs.forwarders x);
    get diagnostics v_count = row_count;
    return v_done + v_count;
end
$$;
comment on function obs._prune_outbox(int) is
'Deletes notifications sent or given up before outbox_days, their threads, claims of mailed nights as old, and forwarders '
'unseen for forwarder_days.';
