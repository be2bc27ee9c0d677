-- obs._status_data: the checks on what came in: room, backlog, missing events, quarantine, prices, unknown tenants
-- Called by: status
-- Reads/Writes: run_event_logs (catalog), stage_deltas, run_stage_stats, quarantined_events, run_vendor_usage, tenants
-- Raises: nothing
create or replace function obs._status_data()
returns table (check_name text, state text, detail text, remedy text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_today constant date := (obs.now() at time zone 'UTC')::date;
    v_day_ago constant timestamptz := obs.now() - interval '1 day';
begin
    return query
        select
            'event days',
            case when f.ahead < 3 then 'red' when f.ahead < 7 then 'amber' else 'green' end,
            case
                when f.ahead < 0 then 'there is no partition for today'
                else format('partitions for today and %s days ahead', f.ahead)
            end,
            case when f.ahead < 7 then 'select obs.maintain();' end
        from (
            select coalesce(min(g.n) filter (where c.oid is null), 15) - 1 as ahead
            from generate_series(0, 14) as g (n)
            left join (
                pg_class c join pg_inherits i on i.inhrelid = c.oid and i.inhparent = 'obs.run_event_logs'::regclass
            ) on c.relname = format('run_event_logs_%s', to_char(v_today + g.n, 'YYYYMMDD'))
        ) f;

    return query
        select
            'events to fold',
            case
                when f.age > interval '15 minutes' then 'red'
                when f.age > interval '3 minutes' then 'amber'
                else 'green'
            end,
            case when f.n = 0 then 'none' else format('%s deltas, the oldest since %s', f.n, obs._status_age(f.age)) end,
            case when f.age > interval '3 minutes' then 'select obs.tick();' end
        from (
            select count(*) as n, clock_timestamp() - min(d.last_received_at) as age
            from obs.stage_deltas d
        ) f;

    return query
        select
            'missing events',
            case when f.n = 0 then 'green' else 'amber' end,
            case
                when f.n = 0 then 'no stage of the last day lacks any'
                else format('stages of the last day that got fewer than were sent: %s, the last %s of run %s', f.n, f.stage, f.run)
            end,
            case when f.n > 0 then
                'Replay the client''s spool (obs import); obs.gaps(…) names the numbers that are missing.'
            end
        from (
            select
                count(*) as n,
                (array_agg(s.stage order by s.finished_at desc))[1] as stage,
                (array_agg(s.run_id order by s.finished_at desc))[1] as run
            from obs.run_stage_stats s
            where not s.complete and s.finished_at >= v_day_ago
        ) f;

    return query
        select
            'quarantine',
            case when f.reasons is null then 'green' else 'amber' end,
            coalesce('in the last day: ' || f.reasons, 'nothing in the last day'),
            case when f.reasons is not null then
                'Look at obs.quarantined_events; docs/concepts.md says what each reason means.'
            end
        from (
            select string_agg(format('%s %s', q.n, q.reason), ', ' order by q.n desc, q.reason) as reasons
            from (
                select e.reason, count(*) as n
                from obs.quarantined_events e
                where e.received_at >= v_day_ago
                group by e.reason
            ) q
        ) f;

    return query
        select
            'prices',
            case when f.vendors is null then 'green' else 'amber' end,
            coalesce('calls without a price in the last day: ' || f.vendors, 'no call of the last day lacks one'),
            case when f.vendors is not null then 'Give each a price by obs.set_price(…), then obs.reprice(…).' end
        from (
            select string_agg(format('%s %s', v.n, v.vendor), ', ' order by v.n desc, v.vendor) as vendors
            from (
                select u.vendor, sum(u.unpriced_calls) as n
                from obs.run_vendor_usage u
                where u.updated_at >= v_day_ago and u.unpriced_calls > 0
                group by u.vendor
                order by n desc, u.vendor
                limit 10
            ) v
        ) f;

    return query
        select
            'new tenants',
            case when f.n = 0 then 'green' else 'amber' end,
            case when f.n = 0 then 'none' else format('%s that a writer made and nobody confirmed: %s', f.n, f.names) end,
            case when f.n > 0 then 'obs.create_tenant(…) confirms one; was it a slip of the pen, mend the writer.' end
        from (
            select
                count(*) as n,
                string_agg(t.tenant_id, ', ' order by t.place) filter (where t.place <= 5)
                    || case when count(*) > 5 then ', …' else '' end as names
            from (
                select x.tenant_id, row_number() over (order by x.created_at desc, x.tenant_id) as place
                from obs.tenants x
                where x.is_new
            ) t
        ) f;
end
$$;
comment on function obs._status_data() is
'The checks on what came in: room, backlog, missing events, quarantine, prices, unknown tenants.';
