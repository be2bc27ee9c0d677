-- obs._whole_days: whether a setting is a whole number of days within bounds
-- Called by: set_setting
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._whole_days(p_value jsonb, p_least int, p_most int) returns boolean
language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp
as $$
begin
    if jsonb_typeof(p_value) <> 'number' then
        return false;
    end if;
    return (p_value)::numeric between p_least and p_most and (p_value)::numeric = trunc((p_value)::numeric);
end
$$;
comment on function obs._whole_days(jsonb, int, int) is 'Whether a setting is a whole number of days within bounds.';
