-- obs._known_rule: the rule of an alert code
-- Called by: set_threshold, silence, report_condition, simulate, backtest, backtest_sweep
-- Reads/Writes: alert_rules
-- Raises: OB011
create or replace function obs._known_rule(p_alert_code text) returns obs.alert_rules
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_rule obs.alert_rules;
begin
    select r.* into v_rule from obs.alert_rules r where r.alert_code = p_alert_code;
    if not found then
        raise exception 'there is no alert %', quote_nullable(left(p_alert_code, 40))
            using errcode = 'OB011',
            hint = 'Alerts are ' || (select string_agg(r.alert_code, ', ' order by r.alert_code) from obs.alert_rules r) || '.';
    end if;
    return v_rule;
end
$$;
comment on function obs._known_rule(text) is 'The rule of an alert code.';
