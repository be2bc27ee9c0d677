-- obs._setting: the value of a setting that is in force for a tenant
-- Called by: every layer
-- Reads/Writes: settings
-- Raises: nothing
-- PL/pgSQL, since a SQL function with a table in it is planned anew at every call.
create or replace function obs._setting(p_tenant_id text, p_key text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select s.value
        from obs.settings s
        where s.key = p_key and (s.tenant_id = p_tenant_id or s.tenant_id is null)
        order by s.tenant_id nulls last
        limit 1
    );
end
$$;
comment on function obs._setting(text, text) is
'The value in force: the tenant''s own, else the global one, else NULL.';
