-- obs._kind: what an event counts as: item, call, retry, lifecycle, check or other
-- Called by: _place, _store_batch, _store_fresh, _thinnable, log_event
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._kind(p_logger text, p_event text, p_status text, p_stage text) returns text
language sql immutable parallel safe
return case
    when p_logger = 'obs.stage' and p_stage is not null then
        case
            when (p_event = 'finish' and p_status = 'success') or (p_event = 'error' and p_status = 'error') then 'item'
            when p_event = 'retry' then 'retry'
            when p_event in ('stage_start', 'stage_finish') then 'lifecycle'
            else 'other'
        end
    when p_logger = 'obs.vendor' and p_event = 'vendor_call' then 'call'
    when p_logger = 'obs.run' and p_event in ('run_start', 'run_finish', 'metric', 'heartbeat') then 'lifecycle'
    when p_logger = 'obs.qa' then 'check'
    else 'other'
end;
comment on function obs._kind(text, text, text, text) is
'What an event counts as: item, call, retry, lifecycle, check or other.';
