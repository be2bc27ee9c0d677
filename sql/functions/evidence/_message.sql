-- obs._message: what a notification says, for any channel: plain text, at most 2 800 characters, no personal data
-- Called by: notification_message, _bury
-- Reads/Writes: alerts, alert_rules, tenants, runbooks, enrichment_runs, settings and what its helpers read
-- Raises: nothing
-- A notification of one tenant names that tenant alone, whatever its list of alerts holds. Channels escape for their own
-- markup; here go only control characters. If it is too long the names of tenants give way first.
create or replace function obs._message(p_notification obs.notifications) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    c_limit constant int := 2800;
    v_tenants text[] := case
        when p_notification.tenant_id <> '' then array[p_notification.tenant_id]
        else array(select t.tenant_id from obs.tenants t) || ''::text
    end;
    v_alert obs.alerts;
    v_rule obs.alert_rules;
    v_runbook obs.runbooks;
    v_run obs.enrichment_runs;
    v_names text[];
    v_open int;
    v_count int;
    v_since timestamptz;
    v_value text;
    v_base text := coalesce(obs._setting(nullif(p_notification.tenant_id, ''), 'runbook_base_url') #>> '{}', 'docs/runbooks/');
    v_pages text := rtrim(obs._setting(nullif(p_notification.tenant_id, ''), 'pages_base_url') #>> '{}', '/');
    v_code text;
    v_words record;
    v_why record;
    v_good text;
    v_fields jsonb;
    v_text text;
    v_room int := 1000;
    v_sql text;
begin
    -- The worst alert speaks for the others; on a tie the one that fired first.
    select a.* into v_alert
    from obs.alerts a
    where a.alert_id = any(p_notification.alert_ids) and a.tenant_id = any(v_tenants)
    order by a.resolved_at is not null, array_position(array['page', 'warning', 'ticket'], a.severity),
        a.evidence is null, a.fired_at, a.alert_id
    limit 1;
    select array_agg(distinct coalesce(obs._one_line(a.tenant_id, 128), 'obs itself')),
        count(*) filter (where a.resolved_at is null), count(*), min(a.breached_at)
    into v_names, v_open, v_count, v_since
    from obs.alerts a
    where a.alert_id = any(p_notification.alert_ids) and a.tenant_id = any(v_tenants);
    if v_alert.alert_id is null then
        v_names := array[coalesce(obs._one_line(p_notification.tenant_id, 128), 'obs itself')];
    end if;
    select r.* into v_rule from obs.alert_rules r where r.alert_code = p_notification.alert_code;
    v_code := coalesce(v_rule.runbook_code, p_notification.alert_code);
    select b.* into v_runbook from obs.runbooks b where b.runbook_code = v_code;
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_alert.tenant_id and r.run_id = v_alert.run_id;
    v_value := concat_ws(
        case when v_alert.threshold is not null then ' ' || coalesce(v_rule.comparison, case v_code when 'CC-05' then '<' else '>' end) || ' ' end,
        obs._amount(v_alert.value, v_runbook.unit),
        case when v_alert.threshold is not null then obs._amount(v_alert.threshold, v_runbook.unit) end
    );
    select w.* into v_words
    from obs._message_words(
        p_notification.kind, v_alert,
        concat(
            p_notification.alert_code, ' ', obs._plain_line(p_notification.tenant_id, coalesce(v_rule.title, v_runbook.title), 60),
            ': ', case cardinality(v_names) when 1 then obs._one_line(v_names[1], 40) else cardinality(v_names) || ' tenants' end,
            case when v_value <> '' and p_notification.kind <> 'resolved' then ' ' || v_value end
        ),
        v_runbook.unit, p_notification.facts, v_open, v_count
    ) w;
    select y.* into v_why from obs._message_cause(v_alert, v_runbook) y;
    v_sql := case when p_notification.kind = 'resolved'
        then format('select * from obs.alerts where alert_id = %s;', v_alert.alert_id) else v_why.statement end;
    v_sql := obs._one_line(v_sql, 300);
    select format('run %s, started %s UTC', obs._one_line(r.run_id, 64), to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'))
    into v_good
    from obs.enrichment_runs r
    where r.tenant_id = v_alert.tenant_id and r.run_id = obs._last_good_run(v_alert);
    v_words.title := left(
        case when p_notification.is_simulation then '[DRILL] ' else '' end || obs._one_line(v_words.title, 140), 150
    );
    loop
        select jsonb_agg(jsonb_build_object('name', f.name, 'value', f.value) order by f.place) into v_fields
        from (
            values
            (1, 'Who', obs._name_list(v_names, v_room)),
            (2, 'News', obs._plain_line(v_alert.tenant_id, v_words.sentence, 240)),
            (3, 'What', obs._plain_line(v_alert.tenant_id, v_alert.summary, 280)),
            (4, 'Severity', p_notification.severity),
            (5, 'Since', to_char(v_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'
                || case when p_notification.kind = 'resolved' then '' else ' (' || obs._age(obs.now() - v_since) || ')' end),
            (6, 'Value', nullif(v_value, '')),
            (7, 'Blast radius', case when v_alert.alert_id is not null
                then obs._blast_radius(p_notification.alert_ids, v_tenants) end),
            (8, 'Run', obs._one_line(v_alert.run_id, 64)),
            (9, 'Last good run', coalesce(v_good, 'none known')),
            (10, 'Alert', nullif(array_to_string(p_notification.alert_ids[1:5], ', ')
                || case when cardinality(p_notification.alert_ids) > 5
                    then format(' and %s more', cardinality(p_notification.alert_ids) - 5) else '' end, ''))
        ) f (place, name, value)
        where f.value is not null;
        v_text := concat_ws(
            E'\n', v_words.title, (
                select string_agg((f.e ->> 'name') || ': ' || (f.e ->> 'value'), E'\n' order by f.place)
                from jsonb_array_elements(v_fields) with ordinality f (e, place)
            ),
            case when p_notification.kind <> 'resolved' then
                'Likely cause: ' || coalesce(obs._plain_line(v_alert.tenant_id, v_why.cause, 480), v_why.looked) end,
            case when p_notification.kind <> 'resolved' then
                'Next step: ' || obs._plain_line(v_alert.tenant_id, v_why.next_step, 240) end,
            'SQL: ' || v_sql,
            'Page: ' || v_pages || '/alerts/' || v_alert.alert_id,
            'Runbook: ' || obs._runbook_url(v_base, v_code),
            'Trace: ' || obs._one_line(v_run.langsmith_trace_url, 200)
        );
        exit when length(v_text) <= c_limit or v_room <= 100;
        v_room := greatest(v_room - (length(v_text) - c_limit), 100);
    end loop;
    return jsonb_build_object(
        'title', v_words.title, 'kind', p_notification.kind, 'severity', p_notification.severity,
        'is_drill', p_notification.is_simulation, 'alert_code', p_notification.alert_code, 'tenants', to_jsonb(v_names),
        'fields', coalesce(v_fields, '[]'), 'summary', coalesce(obs._plain_line(v_alert.tenant_id, v_alert.summary, 280), v_words.title),
        'cause', obs._plain_line(v_alert.tenant_id, v_why.cause, 480),
        'next_step', obs._plain_line(v_alert.tenant_id, v_why.next_step, 240), 'sql', v_sql,
        'page_url', v_pages || '/alerts/' || v_alert.alert_id,
        'runbook_url', obs._runbook_url(v_base, v_code), 'trace_url', obs._one_line(v_run.langsmith_trace_url, 200),
        'alert_ids', (
            select coalesce(jsonb_agg(a.alert_id order by a.alert_id), '[]')
            from obs.alerts a where a.alert_id = any(p_notification.alert_ids) and a.tenant_id = any(v_tenants)
        ),
        'started_at', v_since, 'text', left(v_text, c_limit)
    );
end
$$;
comment on function obs._message(obs.notifications) is
'What a notification says, for any channel: plain text of at most 2 800 characters without personal data, and its parts.';
