-- obs._known_number: refuses a number that no rule has, or a value that it cannot have
-- Called by: set_threshold, _known_numbers
-- Reads/Writes: nothing
-- Raises: 22023 for an unknown name or a value out of range
create or replace function obs._known_number(p_name text, p_value numeric) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
    if p_name is null or p_name not in (
        'threshold', 'escalate_at', 'min_sample', 'enabled', 'for_s', 'keep_firing_s', 'repeat_s', 'group_interval_s', 'flap_window_s'
    ) then
        raise exception 'rules have no number %', quote_nullable(left(p_name, 40)) using errcode = '22023',
            hint = 'Numbers are threshold, escalate_at, min_sample, enabled, for_s, keep_firing_s, repeat_s, group_interval_s '
                'and flap_window_s.';
    end if;
    if p_value in ('NaN', 'Infinity', '-Infinity')
        or (p_name not in ('threshold', 'escalate_at') and not p_value between 0 and 31536000) then
        raise exception 'number % of a rule cannot be %', p_name, left(p_value::text, 40) using errcode = '22023',
            hint = 'Thresholds are finite; times are 0 to 31536000 seconds; enabled is 0 or 1.';
    end if;
end
$$;
comment on function obs._known_number(text, numeric) is 'Refuses a number that no rule has, or a value that it cannot have.';
