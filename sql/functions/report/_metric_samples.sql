-- obs._metric_samples: the samples of metrics_text: of the last run a tenant and kind, its stages and vendors, alerts and jobs
-- Called by: metrics_text
-- Reads/Writes: enrichment_runs, run_stage_stats, run_vendor_usage, alerts, job_health, with the rights of who asks
-- Raises: nothing
-- Never more than p_limit samples, whatever was logged. Runs come in the order they started, the newest first. Each that
-- fits is shown (9 samples; for a tenant's first also its runs by status, and 3 severities), then stages and vendors of as many
-- as still fit: the 100 biggest stages (7 samples each) and 50 biggest vendors (5 each) of a run. What was left out is told.
-- Alerts of tenants without a run come before them, pages first, and take half of the room at most. Costs are those of stages.
create or replace function obs._metric_samples(p_limit int default 10000)
returns table (family text, labels text, suffix text, own_label text, value numeric)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    -- What belongs to no run: three severities of obs itself, three samples of each job, two of what is left out.
    v_budget int := p_limit - 5;
begin
    if has_table_privilege('obs.job_health', 'select') then
        return query
        select m.family, obs._label('job', j.job), m.suffix, '', m.value
        from obs.job_health j
        cross join lateral (values
            ('obs_job_runs', '_total', j.runs::numeric),
            ('obs_job_last_success_timestamp_seconds', '', round(extract(epoch from j.last_success_at), 3)),
            ('obs_job_overdue', '', j.overdue::int::numeric)
        ) as m (family, suffix, value)
        where m.value is not null;
        v_budget := v_budget - 3 * (select count(*)::int from obs.job_health);
    end if;
    return query
    with counted as materialized (
        select r.tenant_id, r.kind, r.status, count(*) as n, max(r.started_at) as started_at
        from obs.enrichment_runs r
        where not r.is_simulation
        group by r.tenant_id, r.kind, r.status
    ), last_runs as materialized (
        select x.*, obs._label('tenant', x.tenant_id) || ',' || obs._label('kind', x.kind) as labels,
            row_number() over (order by x.started_at desc, x.tenant_id, x.kind) as place,
            row_number() over (partition by x.tenant_id order by x.started_at desc, x.kind) = 1 as is_first
        from (select c.tenant_id, c.kind, max(c.started_at) as started_at from counted c group by c.tenant_id, c.kind) k
        cross join lateral (
            select r.*
            from obs.enrichment_runs r
            where r.tenant_id = k.tenant_id and r.kind = k.kind and r.started_at = k.started_at and not r.is_simulation
            order by r.run_id desc
            limit 1
        ) x
    ), alerts as materialized (
        select a.tenant_id, a.severity, count(*) as n
        from obs.alerts a
        where a.resolved_at is null and not a.is_simulation
        group by a.tenant_id, a.severity
    ), of_no_run as materialized (
        select o.*
        from (
            select a.*, row_number() over (
                order by array_position(array['page', 'warning', 'ticket'], a.severity), a.tenant_id
            ) as place
            from alerts a
            where a.tenant_id <> '' and not exists (select from last_runs l where l.tenant_id = a.tenant_id)
        ) o
        where o.place <= v_budget / 2
    ), room as materialized (
        select v_budget - count(*) as samples from of_no_run
    ), shown as materialized (
        select l.*
        from (
            select r.*, sum(9 + case when r.is_first then 3 + e.statuses else 0 end) over (order by r.place) as samples
            from last_runs r
            join (
                select c.tenant_id, count(distinct c.status) as statuses from counted c group by c.tenant_id
            ) e on e.tenant_id = r.tenant_id
        ) l
        where l.samples <= (select r.samples from room r)
    ), stages as materialized (
        select l.labels || ',' || obs._label('stage', s.stage) as labels, l.place, s.count_success, s.count_error,
            s.count_duration, s.p50_ms, s.p95_ms, s.p99_ms, s.cost_usd_exact, s.complete, s.unpriced_calls,
            row_number() over (partition by l.place order by s.count_total desc, s.stage) as rank
        from shown l
        join obs.run_stage_stats s on s.tenant_id = l.tenant_id and s.run_id = l.run_id
    ), vendors as materialized (
        select l.labels || ',' || obs._label('vendor', u.vendor) as labels, l.place, u.calls, u.errors, u.rate_limit_hits,
            u.quota_exhausted, u.cost_usd_exact,
            row_number() over (partition by l.place order by u.calls desc, u.vendor) as rank
        from shown l
        join obs.run_vendor_usage u on u.tenant_id = l.tenant_id and u.run_id = l.run_id
    ), totals as materialized (
        select s.place, sum(s.count_success) as good, sum(s.count_error) as bad, sum(s.cost_usd_exact) as cost_usd,
            sum(s.unpriced_calls) as unpriced, bool_and(s.complete) as complete, least(count(*), 100) as stages
        from stages s
        group by s.place
    ), in_detail as materialized (
        select d.place
        from (
            select l.place, max(l.samples) over ()
                + sum(7 * coalesce(t.stages, 0) + 5 * coalesce(u.vendors, 0)) over (order by l.place) as samples
            from shown l
            left join totals t on t.place = l.place
            left join (select v.place, least(count(*), 50) as vendors from vendors v group by v.place) u on u.place = l.place
        ) d
        where d.samples <= (select r.samples from room r)
    )
    select m.family, l.labels, '', m.own_label, m.value
    from shown l
    left join totals t on t.place = l.place
    cross join lateral (values
        ('obs_run_status', obs._label('status', l.status), 1::numeric),
        ('obs_run_started_timestamp_seconds', '', round(extract(epoch from l.started_at), 3)),
        ('obs_run_ended_timestamp_seconds', '', round(extract(epoch from l.ended_at), 3)),
        ('obs_run_duration_seconds', '', round(extract(epoch from coalesce(l.ended_at, obs.now()) - l.started_at), 3)),
        ('obs_run_items', obs._label('status', 'success'), coalesce(t.good, 0)),
        ('obs_run_items', obs._label('status', 'error'), coalesce(t.bad, 0)),
        ('obs_run_cost_usd', '', coalesce(t.cost_usd, 0)),
        ('obs_run_unpriced_calls', '', coalesce(t.unpriced, 0)),
        ('obs_run_complete', '', t.complete::int)
    ) as m (family, own_label, value)
    where m.value is not null
    union all
    select m.family, s.labels, m.suffix, m.own_label, m.value
    from stages s
    join in_detail d on d.place = s.place and s.rank <= 100
    cross join lateral (values
        ('obs_stage_items', '', obs._label('status', 'success'), s.count_success::numeric),
        ('obs_stage_items', '', obs._label('status', 'error'), s.count_error),
        ('obs_stage_item_duration_seconds', '', obs._label('quantile', '0.5'), s.p50_ms / 1000.0),
        ('obs_stage_item_duration_seconds', '', obs._label('quantile', '0.95'), s.p95_ms / 1000.0),
        ('obs_stage_item_duration_seconds', '', obs._label('quantile', '0.99'), s.p99_ms / 1000.0),
        ('obs_stage_item_duration_seconds', '_count', '', s.count_duration),
        ('obs_stage_cost_usd', '', '', s.cost_usd_exact)
    ) as m (family, suffix, own_label, value)
    where m.value is not null
    union all
    select m.family, u.labels, '', '', m.value
    from vendors u
    join in_detail d on d.place = u.place and u.rank <= 50
    cross join lateral (values
        ('obs_vendor_calls', u.calls::numeric),
        ('obs_vendor_errors', u.errors),
        ('obs_vendor_rate_limit_hits', u.rate_limit_hits),
        ('obs_vendor_quota_exhausted', u.quota_exhausted::int),
        ('obs_vendor_cost_usd', u.cost_usd_exact)
    ) as m (family, value)
    union all
    select 'obs_runs', obs._label('tenant', c.tenant_id) || ',' || obs._label('status', c.status), '_total', '', sum(c.n)
    from counted c
    join shown l on l.tenant_id = c.tenant_id and l.is_first
    where c.status <> 'running'
    group by c.tenant_id, c.status
    union all
    select 'obs_alerts_active', obs._label('tenant', a.tenant_id) || ',' || obs._label('severity', a.severity), '', '', a.n
    from alerts a
    where a.tenant_id = ''
       or exists (select from shown l where l.tenant_id = a.tenant_id and l.is_first)
       or exists (select from of_no_run o where o.tenant_id = a.tenant_id and o.severity = a.severity)
    union all
    select 'obs_runs_left_out', obs._label('part', m.part), '', '', m.value
    from (values
        ('all', (select count(*) from last_runs) - (select count(*) from shown)),
        ('detail', (select count(*) from shown) - (select count(*) from in_detail))
    ) as m (part, value);
end
$$;
comment on function obs._metric_samples(int) is 'The samples of metrics_text, never more than p_limit.';
