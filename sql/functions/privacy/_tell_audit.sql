-- obs._tell_audit: judges PV-14 for the newest run of each tenant that an audit looked at
-- Called by: privacy_audit, _audit_day
-- Reads/Writes: enrichment_runs, alert_rules, and all that _try_judge_rule writes
-- Raises: nothing: an audit is no worse for an alert that cannot be judged; the next run's end judges it
create or replace function obs._tell_audit(p_tenant_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_rule obs.alert_rules;
    v_tenants text[];
    v_runs text[];
begin
    select r.* into v_rule from obs.alert_rules r where r.alert_code = 'PV-14';
    select array_agg(t.tenant_id), array_agg(l.run_id) into v_tenants, v_runs
    from obs.tenants t
    cross join lateral (
        select r.run_id from obs.enrichment_runs r
        where r.tenant_id = t.tenant_id and r.status <> 'running'
        order by r.started_at desc, r.run_id
        limit 1
    ) l
    where p_tenant_id is null or t.tenant_id = p_tenant_id;
    perform obs._try_judge_rule(v_rule, v_tenants, v_runs, obs.now());
end
$$;
comment on function obs._tell_audit(text) is 'Judges PV-14 for the newest run of each tenant that an audit looked at.';
