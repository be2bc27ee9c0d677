-- obs.status: the health of obs, one row a check, in plain words, with what to do about it
-- Called by: operators, obs status
-- Reads/Writes: what its parts read
-- Raises: nothing of its own
-- Whoever queues behind a lock, this too, waits 3 s: then the last check, which reads no table of obs, says for whom.
create or replace function obs.status() returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set lock_timeout = '3s'
as $$
begin
    begin
        return query select c.check_name, c.state, c.detail, c.remedy from obs._status_jobs() c;
        return query select c.check_name, c.state, c.detail, c.remedy from obs._status_cron() c;
        return query select c.check_name, c.state, c.detail, c.remedy from obs._status_data() c;
        return query select c.check_name, c.state, c.detail, c.remedy from obs._status_retention() c;
        return query select c.check_name, c.state, c.detail, c.remedy from obs._status_qa() c;
        return query select c.check_name, c.state, c.detail, c.remedy from obs._status_alerts() c;
        return query select c.check_name, c.state, c.detail, c.remedy from obs._status_security() c;
    exception when lock_not_available then
        null;
    end;
    return query select c.check_name, c.state, c.detail, c.remedy from obs._status_locks() c;
end
$$;
comment on function obs.status() is
'The health of obs: one row a check with state green, amber or red, what is the matter, and what to do about it.';
