-- obs._sane_start: when a run started: as said, or now where that cannot be
-- Called by: _open_run, _prepare_runs, start_stage
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._sane_start(p_started_at timestamptz) returns timestamptz
language sql volatile
return case
    when p_started_at between '2000-01-01Z' and obs.now() + interval '1 day' then p_started_at else obs.now()
end;
comment on function obs._sane_start(timestamptz) is 'When a run started: as said, or now where that is absurd.';
