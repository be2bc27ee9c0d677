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
        if jsonb_typeof(v_number.value) <> 'number' then
            perform obs._known_number(v_number.name, null);
            raise exception 'number % of a rule cannot be %', v_number.name, left(v_number.value::text, 40) using errcode = '22023';
        end if;
        perform obs._known_number(v_number.name, v_number.value::numeric);
    end loop;
end
$$;
comment on function obs._known_numbers(jsonb) is 'Refuses what cannot replace the numbers of a rule in a back-test.';
