-- obs._is_own_cluster: whether this database is the one whose forwarders may speak
-- Called by: claim_notifications, forwarder_beat, claim_night_mail
-- Reads/Writes: cluster
-- Raises: nothing
-- The first forwarder that ever comes makes the database its own; a copy brings that row with it.
create or replace function obs._is_own_cluster() returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_accepted text := (select c.identity from obs.cluster c);
begin
    if v_accepted is null then
        insert into obs.cluster (identity, accepted_by) values (obs._cluster_identity(), obs._asker()) on conflict do nothing;
        v_accepted := (select c.identity from obs.cluster c);
    end if;
    return coalesce(v_accepted = obs._cluster_identity(), true);
end
$$;
comment on function obs._is_own_cluster() is
'Whether this database is the one whose forwarders may speak, and not a restored copy of it.';
