-- obs.set_setting: sets, or with NULL removes, a setting for one tenant or for all
-- Called by: administrators
-- Reads/Writes: settings, audit_log
-- Raises: 22023 for an unknown key or a value out of range, OB001 for an unknown tenant
create or replace function obs.set_setting(p_key text, p_value jsonb, p_tenant_id text default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_fault text := case p_key
        when 'capture' then case when not obs._capture_valid(p_value)
            then '"all", "errors", "sample(0.1)", or an object of these by stage with "*" for the rest' end
        when 'heartbeat_timeout_s' then case when jsonb_typeof(p_value) <> 'number' or (p_value)::numeric not between 10 and 86400
            then 'a number of seconds from 10 to 86400' end
        when 'silence_timeout_s' then case when jsonb_typeof(p_value) <> 'number' or (p_value)::numeric not between 60 and 604800
            then 'a number of seconds from 60 to 604800' end
        when 'hang_after_s' then case when jsonb_typeof(p_value) <> 'number' or (p_value)::numeric not between 60 and 604800
            then 'a number of seconds from 60 to 604800' end
        when 'advice_floor' then case when jsonb_typeof(p_value) <> 'number' or (p_value)::numeric not between 0.01 and 1
            then 'a number from 0.01 to 1' end
        when 'resend_window_s' then case when jsonb_typeof(p_value) <> 'number' or (p_value)::numeric not between 0 and 604800
            then 'a number of seconds from 0 to 604800' end
        when 'retention_days' then case when not obs._whole_days(p_value, 14, 30) then 'a whole number of days from 14 to 30' end
        when 'qa_double_review_share' then case when jsonb_typeof(p_value) <> 'number' or (p_value)::numeric not between 0 and 1
            then 'a number from 0 to 1' end
        when 'content_retention_days' then case when not obs._whole_days(p_value, 0, 90) then 'a whole number of days from 0 to 90' end
        when 'alert_history_days' then case when not obs._whole_days(p_value, 30, 3650) or p_tenant_id is not null
            then 'a whole number of days from 30 to 3650, for all tenants at once' end
        when 'outbox_days' then case when not obs._whole_days(p_value, 7, 3650) or p_tenant_id is not null
            then 'a whole number of days from 7 to 3650, for all tenants at once' end
        when 'snapshot_days' then case when not obs._whole_days(p_value, 14, 3650) or p_tenant_id is not null
            then 'a whole number of days from 14 to 3650, for all tenants at once' end
        when 'forwarder_days' then case when not obs._whole_days(p_value, 1, 3650) or p_tenant_id is not null
            then 'a whole number of days from 1 to 3650, for all tenants at once' end
        when 'extra_mode' then case when p_value not in ('"open"', '"strict"') then '"open" or "strict"' end
        when 'strict_writers' then case when jsonb_typeof(p_value) <> 'boolean' or p_tenant_id is not null
            then 'true or false, for all tenants at once' end
        when 'webmail_policy' then case when p_value not in ('"prohibit"', '"allow"') then '"prohibit" or "allow"' end
        when 'qa_risk_sample' then case when jsonb_typeof(p_value) <> 'number' or (p_value)::numeric not between 0 and 50
            or (p_value)::numeric % 1 <> 0 then 'a whole number of companies from 0 to 50' end
        when 'slo_run_success' then case when not obs._number_within(p_value, 0, 0.9999) then 'a share from 0 to 0.9999' end
        when 'slo_crawl_success' then case when not obs._number_within(p_value, 0, 0.9999) then 'a share from 0 to 0.9999' end
        when 'slo_company_contactable' then case when not obs._number_within(p_value, 0, 0.9999) then 'a share from 0 to 0.9999' end
        when 'slo_duration_min_per_1k' then case when not obs._number_within(p_value, 1, 10080) then 'minutes from 1 to 10080' end
        when 'slo_mtta_min' then case when not obs._number_within(p_value, 1, 10080) then 'minutes from 1 to 10080' end
        when 'slo_mttr_p1_min' then case when not obs._number_within(p_value, 1, 10080) then 'minutes from 1 to 10080' end
        when 'host_mv' then case when not obs._names_relation(p_value) then 'schema.name of a materialized view' end
        when 'host_icp_rules' then case when not obs._names_relation(p_value) then 'schema.name of a table' end
        when 'host_odoo_connections' then case when not obs._names_relation(p_value) then 'schema.name of a table' end
        when 'runbook_base_url' then case when jsonb_typeof(p_value) <> 'string' or p_value #>> '{}' !~ '^[^[:cntrl:][:space:]]{1,100}$'
            then 'a path or URL of at most 100 characters, which the code of the runbook follows, or that has {code} in it' end
        when 'pages_base_url' then case when jsonb_typeof(p_value) <> 'string'
            or p_value #>> '{}' !~ '^https?://[a-zA-Z0-9.:\[\]-]+(/[!$-;=A-Z_a-z~]*)?$' or length(p_value #>> '{}') > 200
            then 'an http or https address of at most 200 characters, where obs serve answers, without ? and #' end
        when 'trace_url_template' then case when jsonb_typeof(p_value) <> 'string'
            or p_value #>> '{}' !~ '^https?://[a-zA-Z0-9.:\[\]-]+[/?#][]!#-;=?-\[_a-z{}~]*$'
            or length(p_value #>> '{}') > 300 or strpos(p_value #>> '{}', '{trace_id}') = 0
            then 'an http or https address of at most 300 characters, of a host, with {trace_id} in what follows it' end
        else 'unknown'
    end;
begin
    if p_value is not null and v_fault = 'unknown' then
        raise exception 'there is no setting %', left(p_key, 64) using errcode = '22023',
            hint = 'The settings are listed in docs/reference.md.';
    end if;
    if p_value is not null and v_fault is not null then
        raise exception 'setting % cannot be %: it takes %', p_key, left(p_value::text, 200), v_fault using errcode = '22023';
    end if;
    perform obs._known_tenant(p_tenant_id);
    if p_value is null then
        delete from obs.settings s where s.key = p_key and s.tenant_id is not distinct from p_tenant_id;
    else
        insert into obs.settings as s (tenant_id, key, value, updated_by)
        values (p_tenant_id, p_key, p_value, obs._asker())
        on conflict (tenant_id, key) do update
            set value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at;
    end if;
    perform obs._audit(p_tenant_id, 'set_setting', jsonb_build_object('key', p_key, 'value', p_value));
end
$$;
comment on function obs.set_setting(text, jsonb, text) is
'Sets a setting for one tenant, or for all with p_tenant_id NULL; a NULL value removes it. Administrators only.';
