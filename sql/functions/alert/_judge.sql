-- obs._judge: a value against its rule
-- Called by: condition views
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._judge(
    p_alert_code text, p_tenant_id text, p_value numeric, p_sample numeric,
    out verdict text, out severity text, out threshold numeric
)
language sql stable
return row(
    case when p_value is null then 'no_data' when p_value > 0 then 'breach' else 'ok' end,
    case p_alert_code when 'MV-01' then 'page' else 'warning' end,
    0::numeric
);
comment on function obs._judge(text, text, numeric, numeric) is 'A value against its rule.';
