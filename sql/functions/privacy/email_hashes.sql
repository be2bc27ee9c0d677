-- obs.email_hashes: what stands in the schema for an e-mail address of a tenant, under every pepper that still exists
-- Called by: administrators, forget_email
-- Reads/Writes: tenant_peppers
-- Raises: OB001 unknown tenant, 22023 no address
-- Found and normalised as redaction does: lower case, without the quotes and dots around it. Of a local part with / = ? & or |
-- in it redaction sees what stands behind the last of them, and so does this.
create or replace function obs.email_hashes(p_tenant_id text, p_address text) returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_given constant text := btrim(obs._unveil(p_address));
    v_found constant text := substring(v_given from obs._pattern('email'));
    v_address constant text := lower(btrim(v_found, ' ."'''));
begin
    perform obs._known_tenant(coalesce(p_tenant_id, ''));
    -- Nothing may stand around it but its own characters. The message must not repeat what may be an address after all.
    if v_found is null or replace(v_given, v_found, E'\n') !~ E'^["''A-Za-z0-9.!#$%&*+/=?^_`{|}~-]*\n[."'']*$' then
        raise exception 'this is no e-mail address' using errcode = '22023', hint = 'Give one address, like name@example.com.';
    end if;
    return array(
        select obs._hash_under(p.version, p.pepper, v_address)
        from obs.tenant_peppers p
        where p.tenant_id = p_tenant_id and p.destroyed_at is null
        order by p.version
    );
end
$$;
comment on function obs.email_hashes(text, text) is
'What stands for an e-mail address of a tenant, h<version>:<32 hex>, under every pepper that still exists; newest last.';
