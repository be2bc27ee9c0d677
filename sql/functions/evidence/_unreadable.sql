-- obs._unreadable: the answer of a check that may not, or will not, read a relation of the host
-- Called by: the checks
-- Reads/Writes: the catalog
-- Raises: nothing
create or replace function obs._unreadable(p_relation regclass) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_class pg_class;
    v_name text := obs._relation_name(p_relation);
begin
    select c.* into v_class from pg_class c where c.oid = p_relation;
    if v_class.relkind <> 'r' then
        return obs._finding('unknown', format('%s is no plain table: obs reads no view with its own rights', v_name),
            'let the setting name the table behind it');
    elsif v_class.relrowsecurity then
        return obs._finding('unknown', format('%s has row security: obs does not run the policies of others', v_name), 'look at it yourself');
    elsif not has_schema_privilege(v_class.relnamespace, 'usage') or not has_table_privilege(p_relation, 'select') then
        return obs._finding(
            'unknown', format('obs may not read %s', v_name), 'grant it, if obs may know a checksum of it',
            format('grant usage on schema %s to obs_owner; grant select on %s to obs_owner;', v_class.relnamespace::regnamespace, v_name)
        );
    end if;
    return obs._finding('unknown', format('%s has more than 20 000 rows: it is not read', v_name), 'look at it yourself');
end
$$;
comment on function obs._unreadable(regclass) is
'Why a relation of the host cannot be read, and the grant to give where that is all: verdict unknown.';
