-- obs.privacy_audit: reads every text of the schema and proves that none of it is personal or secret
-- Called by: ops, obs privacy audit
-- Reads/Writes: every table; privacy_audits, audit_log, and all that _tell_audit writes
-- Raises: OB001 unknown tenant, 22023 when p_since is still to come
-- Found by the rules of redaction, which prove nothing when they are off: so canaries are planted for each tenant as well. Holds
-- what it reads in ACCESS SHARE: a drop of an event day waits for it, an insert never does.
create or replace function obs.privacy_audit(p_tenant_id text default null, p_since timestamptz default null) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_scans jsonb := jsonb_build_array();
    v_canaries jsonb;
    v_excluded jsonb;
    v_report jsonb;
    v_relation regclass;
begin
    perform obs._known_tenant(p_tenant_id);
    if p_since > greatest(obs.now(), clock_timestamp()) then
        raise exception 'p_since % is still to come: no event would be read', to_char(p_since at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'
            using errcode = '22023', hint = 'Give the first day that is to be read.';
    end if;
    for v_relation in
        select distinct c.relation
        from obs._scanned_columns() c
        left join obs.event_days d
            on c.table_name = 'run_event_logs' and c.relation::text = 'obs.run_event_logs_' || to_char(d.run_day, 'YYYYMMDD')
        where c.how is not null and (p_since is null or d.run_day is null or d.run_day >= (p_since at time zone 'UTC')::date)
    loop
        v_scans := v_scans || coalesce(obs._scan_relation(v_relation, p_tenant_id), '[]');
    end loop;
    select coalesce(jsonb_object_agg(t.tenant_id, obs._probe_tenant(t.tenant_id)), '{}') into v_canaries
    from obs.tenants t
    where p_tenant_id is null or t.tenant_id = p_tenant_id;
    select coalesce(jsonb_agg(jsonb_build_object('table', e.table_name, 'reason', e.reason, 'columns', e.columns)
        order by e.table_name, e.reason), '[]')
    into v_excluded
    from (
        select c.table_name, c.reason, array_agg(distinct c.column_name) as columns
        from obs._scanned_columns() c
        where c.how is null
        group by c.table_name, c.reason
    ) e;
    v_report := obs._record_audit(
        p_tenant_id, null, (p_since at time zone 'UTC')::date, v_started, v_scans, v_canaries, v_excluded
    );
    perform obs._audit(p_tenant_id, 'privacy_audit', v_report - array['tables', 'excluded', 'findings']);
    perform obs._tell_audit(p_tenant_id);
    return v_report;
end
$$;
comment on function obs.privacy_audit(text, timestamptz) is
'Reads every text and JSON cell of the schema, plants canaries, and reports what is raw by table, column and kind, never a value.'
' Verdict clean or dirty; p_since leaves out event days before it.';
