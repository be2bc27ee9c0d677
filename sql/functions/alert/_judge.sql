-- obs._judge: what a condition's value means for a tenant: ok, breach or no_data, how severe, by which threshold
-- Called by: the condition views
-- Reads/Writes: alert_rules, alert_thresholds
-- Raises: nothing
create or replace function obs._judge(
    p_alert_code text, p_tenant_id text, p_value numeric, p_sample numeric default null,
    out verdict text, out severity text, out threshold numeric
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    select v.verdict, v.severity, v.threshold into verdict, severity, threshold
    from obs._verdict(obs._alert_params(p_alert_code, p_tenant_id), p_value, p_sample) v;
end
$$;
comment on function obs._judge(text, text, numeric, numeric) is
'What a condition''s value means for a tenant: verdict, severity and the threshold that decided.';
