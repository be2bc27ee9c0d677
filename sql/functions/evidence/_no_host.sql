-- obs._no_host: the answer of a check whose relation of the host is not named or not there
-- Called by: the checks
-- Reads/Writes: settings
-- Raises: nothing
create or replace function obs._no_host(p_tenant_id text, p_key text, p_example text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := obs._setting(p_tenant_id, p_key) #>> '{}';
begin
    if v_name is null then
        return obs._finding(
            'unknown', format('the setting %s names no relation, so there is nothing to look at', p_key),
            format('an administrator names it once: %s', p_example),
            format('select obs.set_setting(%L, %L);', p_key, to_jsonb(p_example))
        );
    end if;
    return obs._finding(
        'unknown', format('%s, which the setting %s names, does not exist', v_name, p_key),
        'restore it, or name the right one', format('select obs.set_setting(%L, %L);', p_key, to_jsonb(p_example))
    );
end
$$;
comment on function obs._no_host(text, text, text) is
'The answer of a check whose relation of the host is not named or not there: unknown, and how to name it.';
