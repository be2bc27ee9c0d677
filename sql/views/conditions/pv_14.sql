-- obs.condition_pv_14: what redaction let through: canaries of a run that has ended, and what audits found of its tenant
-- An audit speaks until the next one of the same scope: that of the tenant or the whole schema, or of one event day.
create or replace view obs.condition_pv_14 with (security_invoker = true) as
select
    'PV-14'::text as alert_code,
    r.tenant_id,
    r.run_id,
    w.subject,
    w.value,
    j.threshold,
    j.severity,
    j.verdict,
    w.summary,
    w.details
from obs.enrichment_runs as r
cross join lateral (
    select
        'canaries' as subject,
        (c.planted - c.caught)::numeric as value,
        case
            when c.error_sqlstate is not null then format('no proof: the probe failed with SQLSTATE %s', c.error_sqlstate)
            else format(
                '%s of %s canaries would have been stored raw%s', c.planted - c.caught, c.planted,
                coalesce(': ' || nullif(array_to_string(c.missed, ', '), ''), '')
            )
        end as summary,
        jsonb_build_object('sample', c.planted, 'kinds', to_jsonb(c.missed)) as details
    from obs.privacy_canaries as c
    where c.tenant_id = r.tenant_id and c.run_id = r.run_id
    union all
    select
        'audit' as subject,
        sum(a.findings) as value,
        format('audits found %s cells with raw data; select obs.privacy_audit()', sum(a.findings)) as summary,
        jsonb_build_object('audits', jsonb_agg(a.audit_id)) as details
    from obs._standing_audits(r.tenant_id) as a
    having count(*) > 0
) as w
cross join lateral obs._judge('PV-14', r.tenant_id, w.value) as j
where r.status <> 'running';
comment on view obs.condition_pv_14 is
'PV-14: canaries of an ended run that would have been stored raw, and cells with raw data that audits found.';
