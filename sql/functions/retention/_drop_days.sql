-- obs._drop_days: drops event days whose runs have all expired, whole; number of days
-- Called by: maintain_step, last of all: its locks are held until the transaction ends
-- Reads/Writes: all that _days_to_drop and _try_drop_days read and write
-- Raises: nothing
-- When something is in the way of one day, five are tried apart, drawn by lot: days that are stuck keep no younger ones. What
-- then still waits is left to the next call.
create or replace function obs._drop_days(p_limit int default 40) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_days date[] := array(select d from obs._days_to_drop() d limit p_limit);
    v_day date;
    v_dropped bigint := 0;
begin
    if cardinality(v_days) = 0 then
        return 0;
    elsif obs._try_drop_days(v_days) then
        return cardinality(v_days);
    end if;
    foreach v_day in array array(select u.d from unnest(v_days) u (d) order by random() limit 5) loop
        -- Writers that queued behind the last try go first.
        perform pg_sleep(0.2);
        v_dropped := v_dropped + obs._try_drop_days(array[v_day])::int;
        exit when v_dropped > 0;
    end loop;
    return v_dropped;
end
$$;
comment on function obs._drop_days(int) is
'Drops event days whose runs have all expired, whole; returns their number.';
