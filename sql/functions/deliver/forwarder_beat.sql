-- obs.forwarder_beat: a forwarder's sign of life; true when the tick is overdue
-- Called by: forwarders, every 15 s
-- Reads/Writes: forwarders, jobs, cluster, notifications
-- Raises: 22023 bad forwarder, OB009 in a copy of the database
-- The tick is due each minute. Its stand-in comes 10 s later, so that what a tick tells comes at most 90 s late: these 70 s and
-- the 15 s between two beats.
create or replace function obs.forwarder_beat(
    p_forwarder_id text,
    p_channels text[],
    p_detail jsonb default '{}',
    p_is_listening boolean default false
) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform obs._check_forwarder(p_forwarder_id, p_channels);
    if not obs._is_own_cluster() then
        raise exception 'this database is a copy: its forwarders may tell nobody'
            using errcode = 'OB009', hint = 'If it is no copy but has moved: select obs.accept_cluster().';
    end if;
    insert into obs.forwarders as f (forwarder_id, channels, started_at, last_seen_at, is_listening, detail)
    values (p_forwarder_id, p_channels, clock_timestamp(), clock_timestamp(), coalesce(p_is_listening, false), coalesce(p_detail, '{}'))
    on conflict (forwarder_id) do update
        set channels = excluded.channels, last_seen_at = excluded.last_seen_at, is_listening = excluded.is_listening,
            detail = excluded.detail;
    delete from obs.forwarders f where f.last_seen_at < clock_timestamp() - interval '7 days';
    perform obs._bury_unserved();
    return coalesce(
        (
            select coalesce(j.last_success_at < clock_timestamp() - least(j.max_age, interval '70 seconds'), true)
            from obs.jobs j
            where j.job = 'tick'
        ),
        false
    );
end
$$;
comment on function obs.forwarder_beat(text, text[], jsonb, boolean) is
'A forwarder''s sign of life, with the channels it serves and whether LISTEN reaches it. Returns true when the tick is overdue: '
'the forwarder then calls obs.tick(). Forwarders only.';
