-- obs._compact_extra: an extra over 4 kB without its long values
-- Called by: _compact_events
-- Reads/Writes: tenant_peppers
-- Raises: nothing
-- A value over 1,000 characters becomes {"len", "hash"}, as the door leaves out what it does not keep. Keys that obs gives a
-- meaning, and those that a check reads, stay. Numbers are never touched: they are short.
create or replace function obs._compact_extra(p_tenant_id text, p_extra jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if p_extra is null or jsonb_typeof(p_extra) <> 'object' or octet_length(p_extra::text) <= 4096 then
        return p_extra;
    end if;
    return (
        select jsonb_object_agg(x.key, case
            when length(x.value #>> '{}') > 1000 and x.key <> all(obs._plain_keys() || '{host,url}'::text[])
                then obs._left_out(p_tenant_id, x.value #>> '{}')
            else x.value
        end)
        from jsonb_each(p_extra) x
    );
end
$$;
comment on function obs._compact_extra(text, jsonb) is
'An extra over 4 kB with the length and keyed hash of each value over 1,000 characters; shorter ones as they are.';
