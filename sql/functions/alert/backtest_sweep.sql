-- obs.backtest_sweep: what a rule would have done by each of several values of one of its numbers
-- Called by: people who look for a threshold, obs backtest
-- Reads/Writes: alert_observations, alert_rules, alert_thresholds
-- Raises: OB011 unknown alert, OB001 unknown tenant, 22023 numbers, values or a time span that cannot be
-- One replay a value. A NULL among the values stands for the numbers as they were, or those of p_params.
create or replace function obs.backtest_sweep(
    p_alert_code text,
    p_name text default 'threshold',
    p_values numeric[] default '{NULL}',
    p_since timestamptz default obs.now() - interval '30 days',
    p_until timestamptz default null,
    p_params jsonb default '{}',
    p_tenant_id text default null
)
returns table (
    value numeric, firings int, resolutions int, still_open int, median_duration interval, notifications int,
    notifications_per_week numeric
)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenants constant text[] := obs._replay_tenants(p_tenant_id);
    v_until constant timestamptz := obs._replay_until(p_since, p_until);
    v_observed interval;
    v_params jsonb;
    v_moves obs.alert_transitions[];
begin
    perform obs._known_rule(p_alert_code);
    perform obs._known_numbers(p_params);
    if p_values is null or not cardinality(p_values) between 1 and 100 or array_ndims(p_values) > 1 then
        raise exception 'a sweep takes 1 to 100 values' using errcode = '22023', hint = 'p_values => ''{0.25,0.3,0.35}''.';
    end if;
    -- A rate for a week needs the time that was observed; less than a day tells nothing of a week.
    select greatest(v_until - greatest(p_since, min(o.observed_at)), interval '1 day') into v_observed
    from obs.alert_observations o
    where o.alert_code = p_alert_code and not o.is_simulation and (v_tenants is null or o.tenant_id = any(v_tenants));
    foreach value in array p_values loop
        v_params := p_params || case when value is null then '{}' else jsonb_build_object(p_name, value) end;
        perform obs._known_numbers(v_params);
        v_moves := array(select m from obs._replay(p_alert_code, v_until, v_params, v_tenants) m);
        with incidents as (
            select
                m.tenant_id, m.subject, m.incident,
                min(m.at) as fired_at,
                max(m.at) filter (where m.to_state = 'resolved') as resolved_at
            from (
                select
                    u.tenant_id, u.subject, u.at, u.to_state,
                    count(*) filter (where u.to_state = 'firing' and u.from_state not in ('firing', 'recovering'))
                        over (partition by u.tenant_id, u.subject order by u.transition_id) as incident
                from unnest(v_moves) u
                where u.to_state = 'firing' or u.from_state in ('firing', 'recovering')
            ) m
            group by m.tenant_id, m.subject, m.incident
        )
        select
            count(*) filter (where i.fired_at >= p_since),
            count(*) filter (where i.resolved_at >= p_since),
            count(*) filter (where i.resolved_at is null),
            percentile_cont(0.5) within group (order by i.resolved_at - i.fired_at) filter (where i.resolved_at >= p_since)
        into firings, resolutions, still_open, median_duration
        from incidents i;
        notifications := obs._backtest_messages(v_moves, p_alert_code, p_since, v_until, v_params);
        notifications_per_week := round((notifications * 604800 / extract(epoch from v_observed))::numeric, 1);
        return next;
    end loop;
end
$$;
comment on function obs.backtest_sweep(text, text, numeric[], timestamptz, timestamptz, jsonb, text) is
'What a rule would have done by each of several values of one of its numbers: firings, resolutions, what is still open, the '
'median time until resolved, messages, and messages a week. NULL among the values: as it was.';
