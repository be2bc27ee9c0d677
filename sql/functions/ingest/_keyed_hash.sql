-- obs._keyed_hash: what stands for a text that is not kept: equal for equal texts of one tenant, unreadable without its pepper
-- Called by: _cut_text, _left_out, _redact_key, _redact_extra, _compact_events, _qa_checks, keep_content
-- Reads/Writes: tenant_peppers, forgotten_emails
-- Raises: nothing
-- 'masked' without a pepper: tenant unknown, or its pepper destroyed; and for an address that the tenant was asked to forget.
create or replace function obs._keyed_hash(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_version smallint;
    v_pepper bytea;
    v_forgets boolean;
    v_hash text;
begin
    if p_tenant_id is not null then
        select p.version, p.pepper, exists (select from obs.forgotten_emails f where f.tenant_id = p.tenant_id)
        into v_version, v_pepper, v_forgets
        from obs.tenant_peppers p
        where p.tenant_id = p_tenant_id and p.destroyed_at is null
        order by p.version desc
        limit 1;
    end if;
    if v_pepper is null then
        return 'masked';
    end if;
    v_hash := obs._hash_under(v_version, v_pepper, p_text);
    if v_forgets and exists (select from obs.forgotten_emails f where f.tenant_id = p_tenant_id and f.hash = v_hash) then
        return 'masked';
    end if;
    return v_hash;
end
$$;
comment on function obs._keyed_hash(text, text) is
'h<version>:<32 hex> of a text under the newest pepper of a tenant, else masked.';
