-- obs.backtest: the moves that a rule made, or with other numbers would have made, of what was observed
-- Called by: people who want to know what a threshold would do, obs backtest
-- Reads/Writes: alert_observations, alert_rules, alert_thresholds
-- Raises: OB011 unknown alert, OB001 unknown tenant, 22023 numbers or a time span that cannot be
-- The same machine as live (obs._step) over the stored observations; timers run until p_until, which is now at the latest.
create or replace function obs.backtest(
    p_alert_code text,
    p_since timestamptz default obs.now() - interval '30 days',
    p_until timestamptz default null,
    p_params jsonb default '{}',
    p_tenant_id text default null
)
returns table (
    tenant_id text, subject text, from_state text, to_state text, at timestamptz, run_id text, value numeric, threshold numeric,
    severity text, reason text
)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenants constant text[] := obs._replay_tenants(p_tenant_id);
    v_until constant timestamptz := obs._replay_until(p_since, p_until);
begin
    perform obs._known_rule(p_alert_code);
    perform obs._known_numbers(p_params);
    return query
        select m.tenant_id, m.subject, m.from_state, m.to_state, m.at, m.run_id, m.value, m.threshold, m.severity, m.reason
        from obs._replay(p_alert_code, v_until, p_params, v_tenants) m
        where m.at >= p_since
        order by m.at, m.transition_id;
end
$$;
comment on function obs.backtest(text, timestamptz, timestamptz, jsonb, text) is
'The moves that a rule made, or with the numbers of p_params ({"threshold": 0.25}) would have made, of what was observed. '
'Without p_params they are those of obs.alert_transitions, row for row.';
