-- obs._hash_under: what stands for a text under one pepper: h<version>:<32 hex>
-- Called by: _keyed_hash, _scrub, _same_content, email_hashes
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._hash_under(p_version smallint, p_pepper bytea, p_text text) returns text
language sql immutable parallel safe
return 'h' || p_version || ':' || left(encode(obs._hmac_sha256(p_pepper, convert_to(p_text, 'UTF8')), 'hex'), 32);
comment on function obs._hash_under(smallint, bytea, text) is 'What stands for a text under one pepper: h<version>:<32 hex>.';
