-- obs._keyed_hash: what stands for a text that is not kept: equal for equal texts of one tenant, unreadable without its pepper
-- Called by: _cut_text, _left_out, _redact_key, _redact_extra
-- Reads/Writes: tenant_peppers
-- Raises: nothing
-- 'masked' without a pepper: tenant unknown, or its pepper destroyed.
create or replace function obs._keyed_hash(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_version smallint;
    v_pepper bytea;
begin
    if p_tenant_id is not null then
        select p.version, p.pepper into v_version, v_pepper
        from obs.tenant_peppers p
        where p.tenant_id = p_tenant_id and p.destroyed_at is null
        order by p.version desc
        limit 1;
    end if;
    return case
        when v_pepper is null then 'masked'
        else 'h' || v_version || ':' || left(encode(obs._hmac_sha256(v_pepper, convert_to(p_text, 'UTF8')), 'hex'), 32)
    end;
end
$$;
comment on function obs._keyed_hash(text, text) is
'h<version>:<32 hex> of a text under the newest pepper of a tenant, else masked.';
