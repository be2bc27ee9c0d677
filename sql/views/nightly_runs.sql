-- obs.nightly_runs: the runs that count as nightly: of kind nightly, and of every kind that the tenant expects
create or replace view obs.nightly_runs with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.kind,
    r.status,
    r.started_at,
    r.ended_at,
    r.duration_ms
from obs.enrichment_runs as r
where not r.is_simulation
    and (
        r.kind = 'nightly'
        or exists (
            select 1
            from obs.expected_runs as e
            where e.tenant_id = r.tenant_id and e.kind = r.kind
        )
    );
comment on view obs.nightly_runs is
'One row a nightly run: of kind nightly, or of a kind that the tenant expects; no drills.';
