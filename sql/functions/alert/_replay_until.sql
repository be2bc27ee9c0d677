-- obs._replay_until: the moment that a back-test runs to: now at the latest
-- Called by: backtest, backtest_sweep
-- Reads/Writes: nothing
-- Raises: 22023 for a time span that cannot be
create or replace function obs._replay_until(p_since timestamptz, p_until timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_until constant timestamptz := least(p_until, obs.now());
begin
    if p_since is null or p_since > v_until then
        raise exception 'a back-test cannot run from % to %', coalesce(p_since::text, 'NULL'), v_until
            using errcode = '22023', hint = 'p_since comes before p_until, and before now.';
    end if;
    return v_until;
end
$$;
comment on function obs._replay_until(timestamptz, timestamptz) is
'The moment that a back-test runs to: p_until, now at the latest.';
