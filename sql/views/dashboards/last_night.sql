-- obs.last_night: the night that each tenant has behind it: from noon to noon of its own clock, named by its morning
-- As obs._night has it; it stays the same from midnight to midnight, whatever hour runs start at. An expected run belongs to the
-- night of its moment and came when a run of its kind started for it, as in expected_run_status; it was missed when its grace
-- is over.
create or replace view obs.last_night with (security_invoker = true) as
select
    t.tenant_id,
    w.night,
    w.from_at,
    w.until_at,
    r.runs,
    r.running,
    e.waiting,
    e.missing,
    r.running = 0 and e.waiting = 0 and (r.runs + e.missing > 0 or w.until_at <= obs.now()) as is_over
from obs.tenants as t
cross join lateral (
    select
        d.night,
        (d.night - 1 + time '12:00') at time zone t.time_zone as from_at,
        (d.night + time '12:00') at time zone t.time_zone as until_at
    from (select (obs.now() at time zone t.time_zone)::date as night) as d
) as w
cross join lateral (
    select
        count(*) as runs,
        count(*) filter (where x.status = 'running') as running
    from obs.nightly_runs as x
    where x.tenant_id = t.tenant_id and x.started_at >= w.from_at and x.started_at < w.until_at
) as r
cross join lateral (
    select
        count(*) filter (where m.due_at + m.grace > obs.now()) as waiting,
        count(*) filter (where m.due_at + m.grace <= obs.now()) as missing
    from (
        select
            x.kind,
            x.grace,
            d.due_at,
            d.next_due_at,
            least(interval '1 hour', (d.next_due_at - d.due_at) / 2) as early
        from obs.expected_runs as x
        cross join lateral obs._dues(
            x.schedule, coalesce(x.time_zone, t.time_zone), w.from_at - interval '1 microsecond',
            w.until_at - interval '1 microsecond'
        ) as d
        where x.tenant_id = t.tenant_id and d.due_at >= x.expected_since
    ) as m
    where not exists (
        select 1
        from obs.enrichment_runs as x
        where x.tenant_id = t.tenant_id and x.kind = m.kind and not x.is_simulation
            and x.started_at >= m.due_at - m.early and x.started_at < m.next_due_at - m.early
    )
) as e;
comment on view obs.last_night is
'One row a tenant: its last night, from noon to noon local time: runs, those that go on, expected ones that wait or never came.';
