-- obs._left_out: what stands in extra for a text that is not kept: its length and its keyed hash
-- Called by: _redact_json, _compact_extra
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._left_out(p_tenant_id text, p_text text) returns jsonb
language sql stable
return jsonb_build_object('len', length(p_text), 'hash', obs._keyed_hash(p_tenant_id, p_text));
comment on function obs._left_out(text, text) is 'The length and the keyed hash of a text that is not kept.';
