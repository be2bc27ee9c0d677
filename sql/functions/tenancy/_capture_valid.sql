-- obs._capture_valid: whether a value is a capture mode, or an object of them by stage
-- Called by: set_setting
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._capture_valid(p_value jsonb) returns boolean
language sql immutable parallel safe
begin atomic
    select coalesce(bool_and(m.mode ~ '^(all|errors|sample\((0(\.\d+)?|1(\.0+)?)\))$'), false)
    from (
        select p_value #>> '{}' as mode
        where jsonb_typeof(p_value) = 'string'
        union all
        select v.value
        from jsonb_each_text(case jsonb_typeof(p_value) when 'object' then p_value else '{}' end) as v
    ) as m;
end;
comment on function obs._capture_valid(jsonb) is 'Whether a value is a capture mode, or an object of them by stage.';
