-- obs._standing_audits: what audits found of a tenant and no later one of the same scope has found gone
-- Called by: condition_pv_14, _check_audit_findings
-- Reads/Writes: privacy_audits, event_days
-- Raises: nothing
-- An audit of the whole schema writes a row for each tenant as well, and covers every day audited before it; one that left out
-- days before `since` covers only the others. What stood on a day that has been dropped is gone with it.
create or replace function obs._standing_audits(p_tenant_id text)
returns table (audit_id bigint, run_day date, findings bigint, report jsonb)
language sql stable
begin atomic
    with audits as (
        select
            a.audit_id,
            a.run_day,
            a.started_at,
            coalesce((a.report ->> 'since')::date, '-infinity'::date) as since,
            a.findings + a.canaries_planted - a.canaries_caught as findings,
            a.report
        from obs.privacy_audits as a
        where a.tenant_id = p_tenant_id
    )

    select
        w.audit_id,
        w.run_day,
        w.findings,
        w.report
    from audits as w
    where w.run_day is null and not exists (
        select from audits as l
        where l.run_day is null and l.audit_id > w.audit_id and l.since <= w.since
    )
    union all
    select
        d.audit_id,
        d.run_day,
        d.findings,
        d.report
    from audits as d
    where d.findings > 0 and d.run_day is not null
        and not exists (
            select from audits as l
            where l.audit_id > d.audit_id and (l.run_day = d.run_day or (l.run_day is null and l.since <= d.run_day))
        )
        and not exists (
            select from obs.event_days as e
            where e.run_day = d.run_day and (e.dropped_at is not null or e.created_at > d.started_at)
        );
end;
comment on function obs._standing_audits(text) is
'What audits found of a tenant and no later one of the same scope has found gone.';
