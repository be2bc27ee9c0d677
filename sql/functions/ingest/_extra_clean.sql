-- obs._extra_clean: whether an extra may be stored as it came
-- Called by: _redact_extra, log_event, _may_hold, _mend, _plant
-- Reads/Writes: nothing
-- Raises: nothing
-- True guarantees that _redact_extra changes nothing: known keys, flat, nothing suspect, no label with a value behind it.
create or replace function obs._extra_clean(p_extra jsonb) returns boolean
language sql immutable parallel safe
return case
    when p_extra is null then true
    when jsonb_typeof(p_extra) <> 'object' then false
    when p_extra - obs._plain_keys() <> '{}'::jsonb then false
    else p_extra::text !~ (obs._pattern('suspect') || '|[A-Za-z]: ?[A-Za-z0-9]|: [\[{]|[ _][dD][oO][tT][ _]')
        and octet_length(p_extra::text) <= 16384
end;
comment on function obs._extra_clean(jsonb) is 'Whether an extra may be stored as it came: one cheap test that most pass.';
