-- obs._alert_params: the numbers a rule goes by for a tenant: its own, else everybody's, else the defaults here
-- Called by: _judge, _observe, _run_timers, _replay, _backtest_messages, _end_drill, flush_notifications, _tell_group,
-- simulate, _forget_observations
-- Reads/Writes: alert_rules, alert_thresholds
-- Raises: nothing
-- version grows with every change that concerns the tenant: the machine closes what an older version opened.
create or replace function obs._alert_params(p_alert_code text, p_tenant_id text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return (
        select
            jsonb_build_object(
                'enabled', 1, 'for_s', 0, 'keep_firing_s', 0, 'flap_window_s', 3600, 'group_interval_s', 300,
                'repeat_s', case r.severity when 'page' then 14400 when 'warning' then 86400 else 0 end
            )
            || coalesce((
                select jsonb_object_agg(t.name, t.value order by t.tenant_id nulls first)
                from obs.alert_thresholds t
                where t.alert_code = p_alert_code and (t.tenant_id is null or t.tenant_id = p_tenant_id)
            ), '{}')
            || jsonb_build_object(
                'version', r.version + coalesce((
                    select t.value
                    from obs.alert_thresholds t
                    where t.alert_code = p_alert_code and t.tenant_id = p_tenant_id and t.name = 'version'
                ), 0),
                'comparison', r.comparison, 'severity', r.severity, 'escalated_severity', r.escalated_severity
            )
        from obs.alert_rules r
        where r.alert_code = p_alert_code
    );
end
$$;
comment on function obs._alert_params(text, text) is 'The numbers a rule goes by for a tenant, with its version.';
