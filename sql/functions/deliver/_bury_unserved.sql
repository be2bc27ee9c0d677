-- obs._bury_unserved: gives up what waits on a channel that no forwarder serves
-- Called by: forwarder_beat
-- Reads/Writes: notifications, notification_routes, forwarders
-- Raises: nothing
-- Only while somebody else serves a channel: when all forwarders are down, everything simply waits for them.
create or replace function obs._bury_unserved() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_served text[] := obs._served_channels();
    v_lost obs.notifications;
    v_count int := 0;
begin
    for v_lost in
        select n.*
        from obs.notifications n
        where n.state in ('waiting', 'leased')
          and case n.state when 'waiting' then n.next_try_at else n.lease_until end < clock_timestamp() - interval '5 minutes'
          and n.channel <> all(v_served)
          and (
              n.kind = 'dead_letter' or n.fallback_channel = any(v_served)
              or exists (
                  select from obs.notification_routes r
                  where r.route_name = 'default' and r.tenant_id is null and r.channel = any(v_served)
              )
          )
        order by n.notification_id
        limit 100
        for update skip locked
    loop
        perform obs._bury(v_lost, 'no forwarder serves this channel');
        v_count := v_count + 1;
    end loop;
    return v_count;
end
$$;
comment on function obs._bury_unserved() is
'Gives up what has waited 5 minutes on a channel that no living forwarder serves, while another channel is served.';
