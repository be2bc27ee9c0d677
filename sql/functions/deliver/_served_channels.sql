-- obs._served_channels: the channels that a living forwarder serves
-- Called by: _bury, _bury_unserved, route_preview
-- Reads/Writes: forwarders
-- Raises: nothing
create or replace function obs._served_channels() returns text[]
language sql volatile
begin atomic
    select coalesce(array_agg(distinct c.channel), '{}'::text[])
    from obs.forwarders as f
    cross join unnest(f.channels) as c (channel)
    where f.last_seen_at > clock_timestamp() - interval '2 minutes';
end;
comment on function obs._served_channels() is 'The channels of forwarders that gave a sign of life within 2 minutes.';
