-- obs._hmac_sha256: HMAC-SHA-256 (RFC 2104) on the core sha256() alone
-- Called by: _keyed_hash
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._hmac_sha256(p_key bytea, p_data bytea) returns bytea
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp
as $$
declare
    c_inner constant bit(512) := ('x' || repeat('36', 64))::bit(512);
    c_outer constant bit(512) := ('x' || repeat('5c', 64))::bit(512);
    -- A block of 64 bytes, zeros to its right; bytes are XORed as one bit string and read back behind its length.
    v_key bit(512) := ('x' || encode(case when octet_length(p_key) > 64 then sha256(p_key) else p_key end, 'hex'))::bit varying::bit(512);
begin
    return sha256(substring(bit_send(v_key # c_outer) from 5) || sha256(substring(bit_send(v_key # c_inner) from 5) || p_data));
end
$$;
comment on function obs._hmac_sha256(bytea, bytea) is 'HMAC-SHA-256 on the core sha256() alone.';
