-- obs._hmac_sha256: HMAC-SHA-256 (RFC 2104) on the core sha256() alone
-- Called by: _hash_under
-- Reads/Writes: nothing
-- Raises: nothing
-- The key fills a block of 64 bytes, zeros to its right. Bytes are XORed as one bit string, read back behind its length.
create or replace function obs._hmac_sha256(p_key bytea, p_data bytea) returns bytea
language sql immutable parallel safe
return sha256(
    substring(bit_send(bitxor(
        cast(cast(
            'x' || encode(case when octet_length(p_key) > 64 then sha256(p_key) else p_key end, 'hex') as varbit
        ) as bit(512)),
        cast(cast('x' || repeat('5c', 64) as varbit) as bit(512))
    )) from 5)
    || sha256(
        substring(bit_send(bitxor(
            cast(cast(
                'x' || encode(case when octet_length(p_key) > 64 then sha256(p_key) else p_key end, 'hex') as varbit
            ) as bit(512)),
            cast(cast('x' || repeat('36', 64) as varbit) as bit(512))
        )) from 5)
        || p_data
    )
);
comment on function obs._hmac_sha256(bytea, bytea) is 'HMAC-SHA-256 on the core sha256() alone.';
