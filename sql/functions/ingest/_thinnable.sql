-- obs._thinnable: whether an event carries nothing that the added-up numbers do not keep
-- Called by: _place, _thin_events
-- Reads/Writes: nothing
-- Raises: nothing
-- Failures, facts about a company and calls without a price stay: people and later repricing need them.
create or replace function obs._thinnable(
    p_logger text, p_event text, p_status text, p_stage text, p_cost_usd numeric, p_extra jsonb
) returns boolean
language sql immutable parallel safe
return p_status = 'success'
    and obs._kind(p_logger, p_event, p_status, p_stage) in ('item', 'call')
    and (p_event <> 'vendor_call' or p_cost_usd is not null)
    and not coalesce(p_extra ?| array['bucket', 'email_status', 'rationale_length'], false);
comment on function obs._thinnable(text, text, text, text, numeric, jsonb) is
'Whether an event is a success that carries nothing the added-up numbers do not keep.';
