-- obs._moved_now: the clock as a member of obs_admin set it
-- Called by: obs.now
-- Reads/Writes: setting obs.now
-- Raises: 42501 for anybody else, 22007 for what is no time
create or replace function obs._moved_now() returns timestamptz
language plpgsql volatile parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
    if not pg_has_role(obs._asker(), 'obs_admin', 'usage') then
        raise exception 'only members of obs_admin may move the clock of obs'
            using errcode = '42501', hint = 'Reset it: reset obs.now.';
    end if;
    return current_setting('obs.now')::timestamptz;
end
$$;
comment on function obs._moved_now() is 'The clock as a member of obs_admin moved it.';
