-- obs._same_content: whether a content has the hash that was stored, under the pepper of that time
-- Called by: keep_content
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._same_content(p_tenant_id text, p_hash text, p_content text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select obs._hash_under(p.version, p.pepper, p_content) = p_hash
        from obs.tenant_peppers p
        where p.tenant_id = p_tenant_id and p.destroyed_at is null
          and p.version = substring(p_hash from '^h([0-9]{1,4}):')::int
    );
end
$$;
comment on function obs._same_content(text, text, text) is
'Whether a content has a hash that was stored; NULL when there is none, or when the pepper of that time is gone.';
