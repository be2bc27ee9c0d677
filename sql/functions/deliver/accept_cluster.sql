-- obs.accept_cluster: makes this database the one whose forwarders speak, or silences it
-- Called by: administrators, after a move to another server or in a copy
-- Reads/Writes: cluster, audit_log
-- Raises: nothing
create or replace function obs.accept_cluster(p_speaks boolean default true) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_identity text := case when p_speaks is not false then obs._cluster_identity() else 'silenced' end;
begin
    insert into obs.cluster as c (identity, accepted_by) values (v_identity, obs._asker())
    on conflict (only_row) do update
        set identity = excluded.identity, accepted_by = excluded.accepted_by, accepted_at = clock_timestamp();
    perform obs._audit(null, 'accept_cluster', jsonb_build_object('identity', v_identity));
    return v_identity;
end
$$;
comment on function obs.accept_cluster(boolean) is
'Lets forwarders speak for this database, which was restored or moved from elsewhere; with p_speaks false none may, '
'which a physical copy needs. Returns the identity in force. Administrators only.';
