-- obs._warn: adds words to extra.obs_warnings
-- Called by: _mend, _to_events, _redact_extra
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._warn(p_extra jsonb, p_words text[]) returns jsonb
language sql immutable parallel safe
return case
    when coalesce(cardinality(p_words), 0) = 0 then p_extra
    else coalesce(case when jsonb_typeof(p_extra) = 'object' then p_extra end, '{}')
        || jsonb_build_object(
            'obs_warnings',
            coalesce(
                case when jsonb_typeof(p_extra -> 'obs_warnings') = 'array' then p_extra -> 'obs_warnings' end, '[]'
            ) || to_jsonb(p_words)
        )
end;
comment on function obs._warn(jsonb, text[]) is 'Adds words to extra.obs_warnings.';
