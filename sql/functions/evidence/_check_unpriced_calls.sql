-- obs._check_unpriced_calls: which vendors and models of a run have no price
-- Called by: run_check
-- Reads/Writes: run_model_usage
-- Raises: nothing
create or replace function obs._check_unpriced_calls(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_list text;
    v_first text;
begin
    select string_agg(format('%s %s: %s of %s', m.vendor, coalesce(nullif(m.model, ''), '(no model)'), m.unpriced_calls, m.calls), ', '
            order by m.unpriced_calls desc, m.vendor, m.model),
        (array_agg(m.vendor order by m.unpriced_calls desc, m.vendor, m.model))[1]
    into v_list, v_first
    from obs.run_model_usage m
    where m.tenant_id = p_alert.tenant_id and m.run_id = p_alert.run_id and m.unpriced_calls > 0;
    if v_list is null then
        return obs._finding('clear', 'every call has a price');
    end if;
    return obs._finding('cause', 'calls without a price: ' || left(v_list, 300), 'set the price, then reprice',
        format('select obs.set_price(p_vendor => %L, p_unit => ''call'', p_price_usd => …);', v_first));
end
$$;
comment on function obs._check_unpriced_calls(obs.alerts) is 'Which vendors and models of a run have no price.';
