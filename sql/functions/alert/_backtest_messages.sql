-- obs._backtest_messages: how many messages the moves of a replay would have been
-- Called by: backtest_sweep
-- Reads/Writes: alert_rules, alert_thresholds
-- Raises: nothing
-- As flush_notifications tells them when it is called every moment: a message for a firing, an escalation, another severity or
-- run, a resolution, and a repeat each repeat_s; for a rule told across tenants one a subject, and after a message the next,
-- unless it escalates, no sooner than group_interval_s. Routes, silences, inhibition and acknowledgements are left out.
create or replace function obs._backtest_messages(
    p_moves obs.alert_transitions[], p_alert_code text, p_since timestamptz, p_until timestamptz, p_params jsonb
) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_across constant boolean := (select r.across_tenants from obs.alert_rules r where r.alert_code = p_alert_code);
    v_present constant jsonb := obs._alert_params(p_alert_code, null) || p_params;
    v_interval constant interval := make_interval(secs => case when v_across then (v_present ->> 'group_interval_s')::float8 else 0 end);
    v_news record;
    v_group text;
    v_open int := 0;
    v_due timestamptz;
    v_told_at timestamptz;
    v_told int := 0;
begin
    for v_news in
        with moves as (
            select
                m.*,
                count(*) filter (where m.to_state = 'firing' and m.from_state not in ('firing', 'recovering')) over subject as incident
            from unnest(p_moves) m
            where (m.to_state = 'firing' or m.from_state in ('firing', 'recovering')) and m.to_state <> 'recovering'
            window subject as (partition by m.tenant_id, m.subject order by m.transition_id)
        ), steps as (
            select
                m.*,
                lag(m.severity) over incident as last_severity,
                lag(m.run_id) over incident as last_run_id,
                row_number() over incident = 1 as is_first
            from moves m
            window incident as (partition by m.tenant_id, m.subject, m.incident order by m.transition_id)
        ), news as (
            select
                s.*,
                lead(s.at, 1, p_until + interval '1 microsecond')
                    over (partition by s.tenant_id, s.subject, s.incident order by s.transition_id) as next_at
            from steps s
            where s.is_first or s.to_state = 'resolved'
               or (s.severity, s.run_id) is distinct from (s.last_severity, s.last_run_id)
        ), told as (
            select
                n.tenant_id, n.subject, n.at, n.transition_id,
                case when n.is_first then 1 when n.to_state = 'resolved' then -1 else 0 end as opens,
                not n.is_first and obs._severity_rank(n.severity) > obs._severity_rank(n.last_severity) as is_urgent
            from news n
            union all
            -- The tick looks once a minute: repeats come no faster.
            select n.tenant_id, n.subject, r.at, null, 0, false
            from news n
            cross join lateral (
                select greatest((obs._alert_params(p_alert_code, n.tenant_id) || p_params ->> 'repeat_s')::float8, 60) as seconds
                where (obs._alert_params(p_alert_code, n.tenant_id) || p_params ->> 'repeat_s')::float8 > 0
            ) e
            cross join lateral generate_series(
                n.at + make_interval(secs => e.seconds), n.next_at - interval '1 microsecond', make_interval(secs => e.seconds)
            ) as r (at)
            where n.to_state <> 'resolved'
        )
        select
            case when v_across then '' else t.tenant_id end || ' ' || t.subject as told_with, t.at, t.opens, t.is_urgent
        from told t
        union all
        -- The end of the last group
        select null, null, 0, false
        order by told_with nulls last, at, opens desc
    loop
        if v_news.told_with is distinct from v_group or v_due < v_news.at then
            v_told := v_told + coalesce(v_due between p_since and p_until, false)::int;
            v_told_at := case when v_open > 0 then v_due else null end;
            v_due := null;
        end if;
        if v_news.told_with is distinct from v_group then
            v_group := v_news.told_with;
            v_open := 0;
            v_told_at := null;
        end if;
        v_open := v_open + v_news.opens;
        v_due := least(v_due, case
            when v_news.is_urgent or v_told_at is null then v_news.at
            else greatest(v_news.at, v_told_at + v_interval)
        end);
    end loop;
    return v_told;
end
$$;
comment on function obs._backtest_messages(obs.alert_transitions[], text, timestamptz, timestamptz, jsonb) is
'How many messages the moves of a replay would have been, whatever the routes.';
