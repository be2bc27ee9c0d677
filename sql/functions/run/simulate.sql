-- obs.simulate: a drill: a made-up run goes through the real condition, machine, route and channel, marked [DRILL]
-- Called by: ops, obs simulate
-- Reads/Writes: alert_observations, alert_states, alerts, alert_transitions, notifications: all marked is_simulation
-- Raises: OB011 unknown alert or one without a condition, OB001 unknown tenant, 55000 when the made-up run raised nothing
-- The made-up run is rolled back before anything is told: numbers, costs and SLOs never see it. The alert fires, is told, ends
-- and its end is told, all at once; the lock of the flush is taken first, so that both are told by this very call.
create or replace function obs.simulate(p_alert_code text, p_tenant_id text)
returns table (alert_code text, tenant_id text, alert_id bigint, severity text, muted_by text, notifications int, channels text[])
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_rule obs.alert_rules := obs._known_rule(p_alert_code);
    v_params jsonb;
    v_rows obs.alert_observations[];
    v_row obs.alert_observations;
begin
    perform obs._known_tenant(coalesce(p_tenant_id, ''));
    if v_rule.condition is null or v_rule.is_user_defined then
        raise exception 'alert % has no condition that obs could put a made-up run through', p_alert_code
            using errcode = 'OB011', hint = 'Drills are for the built-in alerts that are judged today.';
    end if;
    v_params := obs._alert_params(p_alert_code, p_tenant_id);
    perform from obs.notification_routes r where r.route_name = 'default' for no key update;
    v_rows := obs._drill_rows(v_rule, p_tenant_id, v_params);
    if v_rows is null or (v_params ->> 'enabled')::numeric = 0 then
        raise exception 'the made-up run raised no % for tenant %', p_alert_code, quote_literal(left(p_tenant_id, 128))
            using errcode = '55000', hint = case
                when (v_params ->> 'enabled')::numeric = 0 then 'The rule is switched off for this tenant: obs.set_threshold(…, ''enabled'', 1).'
                when p_alert_code = 'C-10' then 'The tenant has no daily cap: obs.set_threshold(''C-10'', ''threshold'', …).'
                else 'Look at the rule''s thresholds: select * from obs.alert_thresholds.'
            end;
    end if;
    v_row := v_rows[1];
    v_row.observed_at := obs.now() - make_interval(secs => (v_params ->> 'for_s')::float8);
    perform obs._observe(v_row);
    perform obs._run_timers(obs.now());
    perform obs.flush_notifications();
    select a.alert_id, a.muted_by into alert_id, muted_by
    from obs.alerts a
    where a.tenant_id = v_row.tenant_id and a.alert_code = p_alert_code and a.subject = v_row.subject and a.is_simulation
      and a.resolved_at is null;
    perform obs._end_drill(v_row);
    perform obs.flush_notifications();
    alert_code := p_alert_code;
    tenant_id := v_row.tenant_id;
    severity := v_row.severity;
    select count(*), coalesce(array_agg(distinct n.channel order by n.channel), '{}') into notifications, channels
    from obs.notifications n
    where simulate.alert_id = any(n.alert_ids) and n.is_simulation;
    return next;
end
$$;
comment on function obs.simulate(text, text) is
'A drill: a made-up run goes through the real condition, machine, route and channel, marked [DRILL]; no number keeps a trace.';
