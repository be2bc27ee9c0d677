-- obs.evaluate_alerts: judges every built-in condition for the runs that may have changed, lets timers run, tells the news
-- Called by: tick, operators
-- Reads/Writes: the condition views, alert_rules, tenants, enrichment_runs and all that _observe and flush_notifications write
-- Raises: nothing of its own; a condition that fails is recorded as its rule's error and hinders no other
-- Judged are each tenant's newest run and running runs; flush_notifications judges those that were queued. Earlier runs have
-- had their verdict.
create or replace function obs.evaluate_alerts(p_tenant_id text default null) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_now constant timestamptz := obs.now();
    v_rule obs.alert_rules;
    v_tenants text[];
    v_runs text[];
    v_judged int := 0;
    v_failed int := 0;
    v_row record;
begin
    with wanted as (
        select r.tenant_id, r.run_id from obs.enrichment_runs r
        where r.status = 'running' and (p_tenant_id is null or r.tenant_id = p_tenant_id)
        union
        select n.tenant_id, n.run_id
        from obs.tenants t
        cross join lateral (
            select r.tenant_id, r.run_id
            from obs.enrichment_runs r
            where r.tenant_id = t.tenant_id
            order by r.started_at desc
            limit 1
        ) n
        where p_tenant_id is null or t.tenant_id = p_tenant_id
    )
    select array_agg(w.tenant_id order by w.tenant_id, w.run_id), array_agg(w.run_id order by w.tenant_id, w.run_id)
    into v_tenants, v_runs
    from wanted w;
    for v_rule in
        select r.* from obs.alert_rules r where r.condition is not null and not r.is_user_defined order by r.alert_code
    loop
        begin
            for v_row in
                select j.judged, j.left_over
                from obs._judge_rule(v_rule, coalesce(v_tenants, '{}'), coalesce(v_runs, '{}'), v_now) j
                where v_rule.scope = 'run'
                union all
                select j.judged, j.left_over from obs._judge_rule(v_rule, null, null, v_now) j
            loop
                v_judged := v_judged + v_row.judged;
            end loop;
            if v_rule.error_sqlstate is not null then
                perform obs._rule_failed(v_rule.alert_code, null, v_now);
            end if;
        exception when others then
            v_failed := v_failed + 1;
            raise warning 'obs cannot judge %: SQLSTATE %', v_rule.alert_code, sqlstate;
            perform obs._rule_failed(v_rule.alert_code, sqlstate, v_now);
        end;
    end loop;
    perform obs._run_timers(v_now);
    return jsonb_build_object(
        'judged', v_judged, 'failed_rules', v_failed, 'notifications', obs.flush_notifications()
    );
end
$$;
comment on function obs.evaluate_alerts(text) is
'Judges every built-in condition for the runs that may have changed, lets timers run and tells the news. The tick calls it.';
