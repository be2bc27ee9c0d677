-- obs._status_age: a length of time in the words of status: 12 s, 4 min, 3 h, 2 days
-- Called by: _status_alerts, _status_cron, _status_cron_runs, _status_data, _status_jobs
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._status_age(p_age interval) returns text
language sql immutable parallel safe
return case
    when p_age < interval '2 minutes' then greatest(extract(epoch from p_age), 0)::int || ' s'
    when p_age < interval '2 hours' then floor(extract(epoch from p_age) / 60) || ' min'
    when p_age < interval '2 days' then floor(extract(epoch from p_age) / 3600) || ' h'
    else floor(extract(epoch from p_age) / 86400) || ' days'
end;
comment on function obs._status_age(interval) is 'A length of time in the words of status: 12 s, 4 min, 3 h, 2 days.';
