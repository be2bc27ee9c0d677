-- obs._severity_rank: page before warning before ticket
-- Called by: _step, _news_of, _tell_group, _backtest_messages
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._severity_rank(p_severity text) returns int
language sql immutable parallel safe
return case p_severity when 'page' then 3 when 'warning' then 2 when 'ticket' then 1 else 0 end;
comment on function obs._severity_rank(text) is 'Rank of a severity: page 3, warning 2, ticket 1.';
