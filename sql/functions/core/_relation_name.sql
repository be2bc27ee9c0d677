-- obs._relation_name: the qualified, quoted name of a relation, whatever the search_path
-- Called by: _register_relation, _unregister_relation, _backfill_run, _mirror_run, _check_icp_rules, _check_mv_blocked,
-- _check_mv_changed, _check_mv_privileges, _check_mv_ready, _check_odoo_defaults, _check_odoo_mapping, _snapshot_hosts,
-- _unreadable, register_condition, register_qa_source
-- Reads/Writes: the catalog
-- Raises: nothing
-- The name is a key of ours: a session that quotes everything must get the same one.
create or replace function obs._relation_name(p_relation regclass) returns text
language sql stable set quote_all_identifiers = off
begin atomic
    select format('%I.%I', n.nspname, c.relname)
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where c.oid = p_relation;
end;
comment on function obs._relation_name(regclass) is
'The qualified, quoted name of a relation, whatever the search_path.';
