-- obs._plain_keys: keys of extra that obs itself gives a meaning; what stands under them is kept, scrubbed
-- Called by: _extra_clean, _key_class, _redact_extra, _compact_extra, _extra_dear, _redact_json
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._plain_keys() returns text[]
language sql immutable parallel safe
return array[
    'http_status', 'attempt', 'planned', 'bucket', 'email_status', 'model', 'relation', 'domain', 'about_len', 'kind', 'name',
    'value', 'reason', 'cache_hit', 'tokens_cached', 'tokens_reasoning', 'content_hash', 'expected_events', 'count_total',
    'count_success', 'count_error', 'candidates_pre', 'candidates_selected', 'scored', 'qa_samples', 'langsmith_trace_url',
    'meta', 'obs_warnings', 'obs_cut'
];
comment on function obs._plain_keys() is 'Keys of extra that obs gives a meaning: their text is kept, scrubbed.';
