-- obs._cluster_identity: what tells this database from any copy of it that was restored or cloned by name
-- Called by: _is_own_cluster, accept_cluster, _idempotency_key
-- Reads/Writes: the control file, pg_database
-- Raises: nothing
-- A dump restored elsewhere gets another system identifier or another oid. A physical copy keeps both.
create or replace function obs._cluster_identity() returns text
language sql stable
begin atomic
    select c.system_identifier || '/' || d.oid
    from pg_control_system() as c
    cross join pg_database as d
    where d.datname = current_database();
end;
comment on function obs._cluster_identity() is
'System identifier of the cluster and oid of the database: a restored dump or a clone by name has others.';
