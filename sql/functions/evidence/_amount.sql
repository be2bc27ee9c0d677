-- obs._amount: a number as people read it
-- Called by: _message, _message_words, pages
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._amount(p_value numeric, p_unit text) returns text
language sql immutable parallel safe
return case
    when p_value is null then 'no value'
    when p_value = 'NaN' then 'no number'
    when abs(p_value) >= 1e18 then case when p_value < 0 then '-' else '' end || '10^18 or more'
    when p_unit = 'ratio' then round(100 * p_value, 1) || ' %'
    when p_unit = 'usd' then round(p_value, 2) || ' USD'
    when p_unit = 'seconds' then round(p_value) || ' s'
    else trim_scale(round(p_value, 4))::text
end;
comment on function obs._amount(numeric, text) is 'A number as people read it: 54.0 %, 12.50 USD, 90 s, 412.';
