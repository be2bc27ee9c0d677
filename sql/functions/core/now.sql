-- obs.now: the moment that all logic of obs goes by
-- Called by: every layer
-- Reads/Writes: setting obs.now, which only members of obs_admin may move
-- Raises: 42501 when somebody else moved it
create or replace function obs.now() returns timestamptz
language sql volatile parallel safe
return case
    when coalesce(current_setting('obs.now', true), '') = '' then clock_timestamp()
    else obs._moved_now()
end;
comment on function obs.now() is
'The moment that all logic goes by: the server''s clock, unless a member of obs_admin moved it with set obs.now ='
' ''<timestamptz>''.';
