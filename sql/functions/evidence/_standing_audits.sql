-- obs._standing_audits: what audits found of a tenant and no later one of the same scope has found gone
-- Called by: condition_pv_14, _check_audit_findings
-- Reads/Writes: privacy_audits
-- Raises: nothing
-- An audit of the whole schema writes a row for each tenant as well. It also covers every day audited before it.
create or replace function obs._standing_audits(p_tenant_id text)
returns table (audit_id bigint, run_day date, findings bigint, report jsonb)
language sql stable
begin atomic
    with whole as (
        select
            a.audit_id,
            a.run_day,
            a.findings + a.canaries_planted - a.canaries_caught as findings,
            a.report
        from obs.privacy_audits as a
        where a.tenant_id = p_tenant_id and a.run_day is null
        order by a.audit_id desc
        limit 1
    )

    select
        w.audit_id,
        w.run_day,
        w.findings,
        w.report
    from whole as w
    union all
    select
        d.audit_id,
        d.run_day,
        d.findings,
        d.report
    from (
        select distinct on (a.run_day)
            a.audit_id,
            a.run_day,
            a.findings,
            a.report
        from obs.privacy_audits as a
        where a.tenant_id = p_tenant_id and a.run_day is not null
            and a.audit_id > coalesce((select w.audit_id from whole as w), 0)
        order by a.run_day asc, a.audit_id desc
    ) as d
    where d.findings > 0;
end;
comment on function obs._standing_audits(text) is
'What audits found of a tenant and no later one of the same scope has found gone.';
