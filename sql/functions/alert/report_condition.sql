-- obs.report_condition: takes what a user's condition view said, as the forwarder read it, or that it failed
-- Called by: forwarders
-- Reads/Writes: alert_rules, tenants and all that _observe writes
-- Raises: OB011 when the code is not a registered condition; rows of unknown tenants or verdicts are passed over and counted
create or replace function obs.report_condition(p_alert_code text, p_rows jsonb, p_sqlstate text default null)
returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_rule obs.alert_rules := obs._known_rule(p_alert_code);
    v_seen obs.alert_observations;
    v_row record;
    v_judged int := 0;
    v_passed_over int := 0;
begin
    if not v_rule.is_user_defined then
        raise exception 'alert % is judged by obs itself', p_alert_code using errcode = 'OB011';
    end if;
    perform obs._rule_failed(p_alert_code, p_sqlstate, obs.now());
    for v_row in
        select f.*, t.tenant_id as known
        from jsonb_to_recordset(case jsonb_typeof(p_rows) when 'array' then p_rows else '[]' end) as f (
            tenant_id text, run_id text, subject text, value numeric, threshold numeric, verdict text, summary text
        )
        left join obs.tenants t on t.tenant_id = f.tenant_id
        order by f.tenant_id, f.subject
    loop
        if v_row.known is null or v_row.verdict is null or v_row.verdict not in ('ok', 'breach', 'no_data') then
            v_passed_over := v_passed_over + 1;
            continue;
        end if;
        v_seen := null;
        v_seen.tenant_id := v_row.tenant_id;
        v_seen.alert_code := p_alert_code;
        v_seen.subject := obs._redact_text(v_row.tenant_id, left(v_row.subject, 128));
        v_seen.is_simulation := false;
        v_seen.observed_at := obs.now();
        v_seen.run_id := v_row.run_id;
        v_seen.verdict := v_row.verdict;
        v_seen.value := v_row.value;
        v_seen.threshold := v_row.threshold;
        v_seen.severity := v_rule.severity;
        v_seen.summary := left(v_row.summary, 1000);
        perform obs._observe(v_seen);
        v_judged := v_judged + 1;
    end loop;
    return jsonb_build_object('judged', v_judged, 'passed_over', v_passed_over);
end
$$;
comment on function obs.report_condition(text, jsonb, text) is
'Takes what a user''s condition view said, as the forwarder read it (a JSON array of its rows), or the SQLSTATE it failed with.';
