-- obs._host_relation: the relation of the host that a setting names; NULL when there is none
-- Called by: the checks, _snapshot_hosts
-- Reads/Writes: settings, the catalog
-- Raises: nothing
-- Looked up by name in the catalog: to_regclass would raise for a schema that obs_owner may not use.
create or replace function obs._host_relation(p_tenant_id text, p_key text) returns regclass
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := obs._setting(p_tenant_id, p_key) #>> '{}';
    v_parts text[];
begin
    if v_name is null then
        return null;
    end if;
    v_parts := parse_ident(v_name);
    return (
        select c.oid::regclass
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = v_parts[1] and c.relname = v_parts[2] and c.relkind in ('r', 'p', 'm', 'v', 'f')
    );
end
$$;
comment on function obs._host_relation(text, text) is
'The relation of the host that a setting names, as the catalog has it; NULL when there is none.';
