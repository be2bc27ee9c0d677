-- obs.set_threshold: sets, or with NULL removes, a number of a rule for one tenant or for all
-- Called by: administrators
-- Reads/Writes: alert_rules, alert_thresholds, audit_log
-- Raises: OB011 unknown alert, OB001 unknown tenant, 22023 unknown name or value out of range
-- The rule's version grows, so that the machine closes what the old numbers opened before it judges by the new ones. Without a
-- global threshold a rule judges nobody who has none of their own; no install brings it back.
create or replace function obs.set_threshold(
    p_alert_code text, p_name text, p_value numeric, p_tenant_id text default null
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_changed boolean;
begin
    perform obs._known_rule(p_alert_code);
    perform obs._known_tenant(p_tenant_id);
    perform obs._known_number(p_name, p_value);
    if p_value is null then
        delete from obs.alert_thresholds t
        where t.alert_code = p_alert_code and t.name = p_name and t.tenant_id is not distinct from p_tenant_id;
    else
        insert into obs.alert_thresholds as t (tenant_id, alert_code, name, value, updated_by)
        values (p_tenant_id, p_alert_code, p_name, p_value, obs._asker())
        on conflict (tenant_id, alert_code, name) do update
            set value = excluded.value, updated_by = excluded.updated_by, updated_at = clock_timestamp()
            where t.value <> excluded.value;
    end if;
    get diagnostics v_changed = row_count;
    if not v_changed then
        return;
    end if;
    if p_tenant_id is null then
        update obs.alert_rules r
        set version = r.version + 1, updated_by = obs._asker(), updated_at = clock_timestamp()
        where r.alert_code = p_alert_code;
    else
        insert into obs.alert_thresholds as t (tenant_id, alert_code, name, value, updated_by)
        values (p_tenant_id, p_alert_code, 'version', 1, obs._asker())
        on conflict (tenant_id, alert_code, name) do update set value = t.value + 1, updated_at = clock_timestamp();
    end if;
    perform obs._close_changed(p_alert_code, p_tenant_id);
    perform obs._audit(p_tenant_id, 'set_threshold', jsonb_build_object(
        'alert_code', p_alert_code, 'name', p_name, 'value', p_value
    ));
end
$$;
comment on function obs.set_threshold(text, text, numeric, text) is
'Sets a number of a rule (threshold, escalate_at, min_sample, enabled, for_s, …) for one tenant or (NULL) for all; NULL removes '
'it. Open alerts of the rule are closed as ''rule changed'' and judged anew.';
