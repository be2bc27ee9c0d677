-- obs._status_retention: the checks on what leaves: the oldest day, its size, when it goes, what is held back
-- Called by: status
-- Reads/Writes: event_days, enrichment_runs, run_event_logs (catalog), and what _runs_past_window reads
-- Raises: nothing
-- A day with a run that is kept beyond its window drops once that run is released, resolved or over; nobody knows when. Sizes
-- are those on disk with indexes and TOAST; rows are the planner's estimate, so they need an ANALYZE once.
create or replace function obs._status_retention()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_today constant date := (obs.now() at time zone 'UTC')::date;
begin
    return query
        select
            'raw events', 'green',
            case
                when o.first_day is null then 'no day holds any'
                else format(
                    'the oldest day is %s, %s, the next day to drop is %s%s%s',
                    o.first_day, case
                        when s.events = 0 then 'of unknown size before an ANALYZE'
                        else format('%s bytes an event over %s events', (s.bytes / s.events)::bigint, s.events::bigint)
                    end,
                    coalesce(n.run_day::text, 'none: each has a run that is kept'), case
                        when n.run_day + n.days + 1 < v_today then ', due since ' when n.run_day is not null then ' on ' end,
                    n.run_day + n.days + 1
                )
            end,
            null::text
        from (
            select min(r.run_day) as first_day from obs.enrichment_runs r
            join obs.event_days d on d.run_day = r.run_day and d.dropped_at is null
            where r.raw_gone_at is null
        ) o
        cross join (
            select sum(pg_total_relation_size(i.inhrelid)) filter (where c.reltuples > 0) as bytes,
                coalesce(sum(c.reltuples) filter (where c.reltuples > 0), 0) as events
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'obs.run_event_logs'::regclass
        ) s
        left join lateral (
            select d.run_day, coalesce(max(obs._retention_days(r.tenant_id)), 30) as days
            from obs.event_days d
            left join obs.enrichment_runs r on r.run_day = d.run_day and r.raw_gone_at is null
            where d.dropped_at is null
              and not exists (select from obs._runs_past_window() w where w.run_day = d.run_day and w.kept_for is not null)
            group by d.run_day
            order by d.run_day
            limit 1
        ) n on true;

    return query
        select
            'retention',
            case when f.waiting_since < v_today - 2 then 'red' when f.held is not null then 'amber' else 'green' end,
            coalesce(nullif(concat_ws('; ',
                case
                    when f.waiting_since < v_today - 2 and f.waiting = 1
                        then format('1 run is past its window and still there, due since %s', f.waiting_since)
                    when f.waiting_since < v_today - 2
                        then format('%s runs are past their window and still there, the oldest due since %s', f.waiting, f.waiting_since)
                end,
                'runs kept beyond their window: ' || f.held
            ), ''), 'nothing is overdue'),
            case
                when f.waiting_since < v_today - 2 then
                    'call obs.maintain_by_steps(); what stays is read by somebody: look at pg_locks and pg_stat_activity.'
                when f.held is not null then
                    'obs.release_run(…) ends a hold; ended runs and those of resolved alerts go by themselves.'
            end
        from (
            select
                sum(p.n) filter (where p.kept_for is null) as waiting,
                min(p.due_on) filter (where p.kept_for is null) as waiting_since,
                string_agg(format('%s %s since %s', p.n, case p.kept_for
                    when 'hold' then 'held' when 'alert' then 'with an open alert' when 'running' then 'still running'
                    else 'not yet folded' end, p.due_on), ', ' order by p.kept_for)
                    filter (where p.kept_for is not null) as held
            from (
                select w.kept_for, count(*) as n, min(w.due_on) as due_on from obs._runs_past_window() w group by w.kept_for
            ) p
        ) f;
end
$$;
comment on function obs._status_retention() is
'The checks on what leaves: the oldest day, its size, when it goes, what is held back.';
