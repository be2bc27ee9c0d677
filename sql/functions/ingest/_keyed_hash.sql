-- obs._keyed_hash: what stands for a text that is not kept: equal for equal texts of one tenant, unreadable without its pepper
-- Called by: _redact_text, _left_out, _redact_json, _redact_extra
-- Reads/Writes: tenant_peppers
-- Raises: nothing
-- 'masked' without a pepper: tenant unknown, or its pepper destroyed.
create or replace function obs._keyed_hash(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_hash text;
begin
    if p_tenant_id is null then
        return 'masked';
    end if;
    select 'h' || p.version || ':' || left(encode(obs._hmac_sha256(p.pepper, convert_to(p_text, 'UTF8')), 'hex'), 32)
    into v_hash
    from obs.tenant_peppers p
    where p.tenant_id = p_tenant_id and p.destroyed_at is null
    order by p.version desc
    limit 1;
    return coalesce(v_hash, 'masked');
end
$$;
comment on function obs._keyed_hash(text, text) is
'h<version>:<32 hex> of a text under the newest pepper of a tenant, else masked.';
