-- obs.register_condition: makes a view of the host's a rule of its own
-- Called by: administrators
-- Reads/Writes: alert_rules, alert_thresholds, audit_log, the catalog
-- Raises: 22023 for a code, title, severity or view that cannot be; 42501 when obs_forwarder may not read the view
-- The forwarder reads the view: read-only, as a statement of its own with a timeout, never inside a finish. The columns are
-- those of the built-in conditions; the view's own verdict counts.
create or replace function obs.register_condition(
    p_alert_code text, p_title text, p_view regclass, p_severity text default 'warning', p_for_s numeric default 0
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_missing text;
begin
    if p_alert_code is null or p_alert_code !~ '^[A-Z][A-Z0-9]{0,15}-[0-9]{1,4}$' or p_title is null or p_title !~ '\S' then
        raise exception 'alert code % needs capitals, a hyphen and a number, and a title', quote_nullable(left(p_alert_code, 40))
            using errcode = '22023', hint = 'For example MY-20.';
    end if;
    if exists (select from obs.alert_rules r where r.alert_code = p_alert_code and not r.is_user_defined) then
        raise exception 'alert % is built in', p_alert_code using errcode = '22023', hint = 'Choose another code.';
    end if;
    if p_severity is null or p_severity not in ('page', 'warning', 'ticket') or not coalesce(p_for_s, -1) between 0 and 31536000 then
        raise exception 'severity % or time % cannot be', quote_nullable(p_severity), coalesce(p_for_s::text, 'NULL') using errcode = '22023',
            hint = 'Severities are page, warning and ticket; p_for_s is 0 to 31536000 seconds.';
    end if;
    select string_agg(w.name || ' ' || w.type, ', ' order by w.place) into v_missing
    from (
        values
        (1, 'tenant_id', 'text'), (2, 'subject', 'text'), (3, 'value', 'numeric'), (4, 'threshold', 'numeric'),
        (5, 'verdict', 'text'), (6, 'summary', 'text')
    ) as w (place, name, type)
    where not exists (
        select from pg_attribute a
        where a.attrelid = p_view and a.attname = w.name and not a.attisdropped and format_type(a.atttypid, null) = w.type
    );
    if p_view is null or v_missing is not null
        or (select c.relkind from pg_class c where c.oid = p_view) not in ('v', 'm', 'r') then
        raise exception 'relation % cannot be a condition: it lacks %',
            coalesce(p_view::text, 'NULL'), coalesce(v_missing, 'everything')
            using errcode = '22023', hint = 'Its columns: tenant_id, subject, value, threshold, verdict (ok, breach, no_data), summary.';
    end if;
    if not has_table_privilege('obs_forwarder', p_view, 'select') then
        raise exception 'obs_forwarder may not read %', p_view using errcode = '42501',
            hint = format('grant usage on its schema and select on %s to obs_forwarder;', p_view);
    end if;
    insert into obs.alert_rules as r (
        alert_code, title, condition, scope, comparison, severity, runbook_code, is_user_defined, updated_by
    )
    values (
        p_alert_code, left(p_title, 200), obs._relation_name(p_view), 'standing', '>', p_severity, p_alert_code, true, obs._asker()
    )
    on conflict (alert_code) do update
        set title = excluded.title, condition = excluded.condition, severity = excluded.severity, version = r.version + 1,
            updated_by = excluded.updated_by, updated_at = clock_timestamp();
    insert into obs.alert_thresholds as t (tenant_id, alert_code, name, value, updated_by)
    values (null, p_alert_code, 'for_s', p_for_s, obs._asker())
    on conflict (tenant_id, alert_code, name) do update set value = excluded.value;
    perform obs._close_changed(p_alert_code, null);
    perform obs._audit(null, 'register_condition', jsonb_build_object('alert_code', p_alert_code, 'view', p_view::text));
end
$$;
comment on function obs.register_condition(text, text, regclass, text, numeric) is
'Makes a view with the columns of a condition a rule of its own; the forwarder judges it each minute, read-only and with '
'a timeout.';
