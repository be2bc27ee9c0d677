-- obs._known_numbers: refuses what cannot replace the numbers of a rule in a back-test
-- Called by: backtest, backtest_sweep
-- Reads/Writes: nothing
-- Raises: 22023 for what is no object, an unknown name or a value out of range
create or replace function obs._known_numbers(p_params jsonb) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_number record;
begin
    if p_params is null or jsonb_typeof(p_params) <> 'object' then
        raise exception 'the numbers of a back-test are an object, not %', coalesce(left(p_params::text, 40), 'NULL')
            using errcode = '22023', hint = 'For example {"threshold": 0.25, "for_s": 300}.';
    end if;
    for v_number in select e.key as name, e.value from jsonb_each(p_params) e order by e.key loop
        if v_number.name not in (
            'threshold', 'escalate_at', 'min_sample', 'enabled', 'for_s', 'keep_firing_s', 'repeat_s', 'group_interval_s',
            'flap_window_s'
        ) then
            raise exception 'rules have no number %', quote_literal(left(v_number.name, 40)) using errcode = '22023',
                hint = 'Numbers are threshold, escalate_at, min_sample, enabled, for_s, keep_firing_s, repeat_s, group_interval_s '
                    'and flap_window_s.';
        end if;
        -- The type first: what is no number is never cast to one.
        if (case
            when jsonb_typeof(v_number.value) <> 'number' then true
            when v_number.name in ('threshold', 'escalate_at') then false
            else not v_number.value::numeric between 0 and 31536000
        end) then
            raise exception 'number % of a rule cannot be %', v_number.name, left(v_number.value::text, 40) using errcode = '22023',
                hint = 'Thresholds are finite; times are 0 to 31536000 seconds; enabled is 0 or 1.';
        end if;
    end loop;
end
$$;
comment on function obs._known_numbers(jsonb) is 'Refuses what cannot replace the numbers of a rule in a back-test.';
