-- obs.run_signs: one row a run: whether it gives signs of life, and whether all of it can be seen
-- A run that the host alone reports sends no signs, so none are missed. Time that the server was down counts for nobody.
create or replace view obs.run_signs with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.kind,
    r.status,
    r.started_at,
    r.finished_at,
    r.is_simulation,
    s.mv_recorded,
    g.last_event_at,
    greatest(r.heartbeat_at, g.last_event_at) as last_sign_at,
    d.waits_since as unfolded_since,
    case
        when r.status = 'crashed' then 'crashed'
        when r.status <> 'running' and (s.lacking is not null or d.waits_since is not null) then 'not_visible'
        when r.status <> 'running' then 'done'
        when w.silent or w.idle then 'hung'
        else 'running'
    end as situation,
    case
        when r.status = 'crashed' then 'crashed: it was not finished by anybody and gave no more sign of life'
        when r.status <> 'running' and s.lacking is not null
            then format('ended as %s, but %s events of %s have not come', r.status, s.lacking_events, s.lacking)
        when r.status <> 'running' and d.waits_since is not null
            then format('ended as %s, but events that came since have not been added up', r.status)
        when r.status <> 'running' then 'ended as ' || r.status
        when w.silent then 'still open, without a heartbeat or an event'
        when w.idle then 'sends heartbeats, but no event any more'
        else 'running'
    end as detail
from obs.enrichment_runs as r
cross join (select obs.now() as moment) as clock
left join lateral (
    select
        coalesce(bool_or(
            x.stage = 'mv_refresh'
            and (x.status in ('success', 'partial', 'error') or (x.status <> 'running' and x.count_error > 0))
        ), false) as mv_recorded,
        min(x.stage) filter (where not x.complete) as lacking,
        sum(x.expected_events - x.events_seen) filter (where not x.complete) as lacking_events,
        max(greatest(least(x.started_at, clock.moment), x.finished_at)) as last_stage_at
    from obs.run_stage_stats as x
    where x.tenant_id = r.tenant_id and x.run_id = r.run_id
) as s on true
left join lateral (
    select
        min(x.last_received_at) as waits_since,
        max(x.last_received_at) as last_received_at
    from obs.stage_deltas as x
    where x.tenant_id = r.tenant_id and x.run_id = r.run_id
) as d on true
cross join lateral (
    select greatest(r.created_at, r.last_event_at, d.last_received_at, s.last_stage_at) as last_event_at
) as g
left join lateral (
    select
        greatest(r.heartbeat_at, g.last_event_at, pg_postmaster_start_time())
        < clock.moment - make_interval(secs => case
            when r.heartbeat_at is not null
                then coalesce((obs._setting(r.tenant_id, 'heartbeat_timeout_s'))::float8, 90)
            else coalesce((obs._setting(r.tenant_id, 'silence_timeout_s'))::float8, 3600)
        end) as silent,
        greatest(g.last_event_at, pg_postmaster_start_time())
        < clock.moment - make_interval(
            secs => coalesce((obs._setting(r.tenant_id, 'hang_after_s'))::float8, 1800)
        ) as idle
    where r.status = 'running'
        and (r.host_relation is null or r.heartbeat_at is not null or r.last_event_at is not null)
) as w on true;
comment on view obs.run_signs is
'One row a run: running, hung, crashed, not_visible (ended, but events are missing) or done, with its last sign of life.';
