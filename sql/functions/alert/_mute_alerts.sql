-- obs._mute_alerts: notes on each open alert what keeps it from being told: an inhibiting alert, a silence, maintenance
-- Called by: flush_notifications
-- Reads/Writes: alerts, alert_rules, alert_silences
-- Raises: nothing
-- What is no longer muted and has not been told is due at once. An alert that somebody is taking is left to the next time.
create or replace function obs._mute_alerts(p_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    update obs.alerts a
    set muted_by = m.muted_by,
        notify_at = case when m.muted_by is null and a.notified_state is null then p_at else a.notify_at end
    from (
        select w.*
        from (
            select
                o.tenant_id,
                o.alert_id,
                coalesce(
                    (
                        select 'inhibited by ' || i.alert_code
                        from obs.alerts i
                        where i.tenant_id = o.tenant_id and i.subject = o.subject and i.alert_code = any(r.inhibited_by)
                          and i.is_simulation = o.is_simulation and i.resolved_at is null
                        limit 1
                    ),
                    (
                        select case when s.is_maintenance then 'maintenance ' else 'silence ' end || s.silence_id
                        from obs.alert_silences s
                        where (s.tenant_id is null or s.tenant_id = o.tenant_id)
                          and (s.alert_code is null or s.alert_code = o.alert_code)
                          and (s.subject is null or s.subject = o.subject)
                          and p_at >= s.starts_at and p_at < s.ends_at
                        order by s.silence_id
                        limit 1
                    )
                ) as muted_by
            from obs.alerts o
            join obs.alert_rules r on r.alert_code = o.alert_code
            where o.resolved_at is null
        ) w
        join obs.alerts l on l.tenant_id = w.tenant_id and l.alert_id = w.alert_id and l.muted_by is distinct from w.muted_by
        for no key update of l skip locked
    ) m
    where a.tenant_id = m.tenant_id and a.alert_id = m.alert_id;
end
$$;
comment on function obs._mute_alerts(timestamptz) is
'Notes on each open alert what keeps it from being told: an inhibiting alert, a silence, maintenance.';
