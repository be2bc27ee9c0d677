-- obs.next_steps: which step of its runbook to take next for an alert, by what ended earlier ones, the best first
-- Called by: people, pages
-- Reads/Writes: alerts, runbooks, runbook_ticks
-- Raises: OB010 unknown alert
-- What ended an incident is the last step ticked before it was resolved, an hour before at most. Earlier incidents of the
-- same alert and tenant count by how much their causes are the same: 0.1 for none, 1 for all. Steps nobody has needed yet come
-- last, those whose checks found a cause first, else as the runbook has them. Ticked steps are not named, drills count for
-- drills alone.
create or replace function obs.next_steps(p_alert_id bigint)
returns table (place int, step int, kind text, text text, share numeric, ended int, incidents int, median_minutes numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
begin
    return query
    with cause as (
        select a.alert_id, a.resolved_at, array(
                select e.found ->> 'check'
                from jsonb_array_elements(a.evidence) e (found)
                where e.found ->> 'verdict' = 'cause'
            ) as names
        from obs.alerts a
        where a.tenant_id = v_alert.tenant_id and a.alert_code = v_alert.alert_code
          and a.is_simulation = v_alert.is_simulation
          and (a.alert_id = p_alert_id or a.resolved_at <= coalesce(v_alert.resolved_at, 'infinity'))
    ), incident as (
        select c.alert_id, l.step_fingerprint,
            extract(epoch from c.resolved_at - l.done_at) / 60 as minutes,
            case when c.names = m.names then 1 else 0.1 + 0.9 * (
                select count(*) filter (where n.name = any(c.names) and n.name = any(m.names))::numeric / greatest(count(*), 1)
                from (select unnest(c.names) as name union select unnest(m.names)) n
            ) end as weight
        from cause c
        join cause m on m.alert_id = p_alert_id
        cross join lateral (
            select x.step_fingerprint, x.done_at
            from obs.runbook_ticks x
            where x.tenant_id = v_alert.tenant_id and x.alert_id = c.alert_id and x.action = 'tick'
              and x.done_at between c.resolved_at - interval '1 hour' and c.resolved_at
              and not exists (
                  select from obs.runbook_ticks u
                  where u.tenant_id = x.tenant_id and u.alert_id = x.alert_id and u.step = x.step and u.action = 'untick'
                    and u.ordinal > x.ordinal
              )
            order by x.done_at desc, x.step desc
            limit 1
        ) l
        where c.alert_id <> p_alert_id
    ), scored as (
        select i.step_fingerprint, sum(i.weight) as weight, count(*) as ended,
            percentile_cont(0.5) within group (order by i.minutes) as minutes
        from incident i
        group by i.step_fingerprint
    ), ranked as (
        select s.step, s.kind, s.text, c.ended, c.minutes,
            coalesce(c.weight, 0) / nullif((select sum(i.weight) from incident i), 0) as share,
            row_number() over (order by coalesce(c.weight, 0) desc, (s.verdict = 'cause') desc nulls last, s.step) as place
        from obs.runbook_steps(p_alert_id) s
        left join scored c on c.step_fingerprint = md5(s.text)
        where s.ticked_at is null
    )
    select r.place::int, r.step, r.kind, r.text, round(r.share, 3), coalesce(r.ended, 0)::int,
        (select count(*) from incident)::int, round(r.minutes::numeric, 1)
    from ranked r
    order by r.place;
end
$$;
comment on function obs.next_steps(bigint) is
'Which step of its runbook to take next for an alert, by what ended earlier incidents like it, the best first: share of their '
'weight, how many it ended of how many, and the median minutes until they were over.';
