-- obs.slo_status: how each objective of a tenant stands: target, actual, how sure, what is left of its budget
-- Every measure is how many were missed of how many, beside how many the target allows; more is a breach, of fewer than 5
-- nothing is said. Percentiles are percentile_disc. So p95 below the target means that at most 5 % reach it, p50 at or above it
-- that less than half are below. Of a mean the budget is minutes: alerts times the target. Shares have the 95 % interval of
-- Wilson (1927), as in qa_run_status. The trend is actual less that of the window before.
create or replace view obs.slo_status with (security_invoker = true) as
with nights as (
    select
        n.tenant_id,
        n.run_id,
        n.status,
        n.succeeded,
        n.duration_ms,
        n.place,
        case when n.place <= 50 then 0 when n.place <= 100 then 1 end as fifty,
        case when n.at > obs.now() - interval '30 days' then 0 when n.at > obs.now() - interval '60 days' then 1 end as month
    from (
        select
            x.*,
            row_number() over (partition by x.tenant_id order by x.at desc, x.run_id desc) as place
        from obs.slo_nights as x
    ) as n
),

runs as (
    select
        n.tenant_id,
        n.month,
        case
            when m.shortlist >= 200 and n.status in ('success', 'partial') then n.duration_ms / 60.0 / m.shortlist
        end as min_per_1k,
        c.count_success::numeric / nullif(c.count_total, 0) as crawl,
        m.contactable,
        m.with_email
    from nights as n
    left join obs.run_stage_stats as c on n.tenant_id = c.tenant_id and n.run_id = c.run_id and c.stage = 'crawl'
    cross join lateral (
        select
            max(x.value) filter (where x.name = 'candidates_post') as shortlist,
            max(x.value) filter (where x.name = 'companies_contactable') as contactable,
            max(x.value) filter (where x.name = 'companies_with_email') as with_email
        from obs.run_metrics as x
        where x.tenant_id = n.tenant_id and x.run_id = n.run_id
            and x.name in ('candidates_post', 'companies_contactable', 'companies_with_email')
    ) as m
    where n.month is not null and n.run_id is not null
),

pages as (
    select
        a.tenant_id,
        case when a.fired_at > obs.now() - interval '30 days' then 0 else 1 end as month,
        extract(epoch from coalesce(a.acked_at, a.resolved_at, obs.now()) - a.fired_at) / 60 as to_ack,
        extract(epoch from coalesce(a.resolved_at, obs.now()) - a.fired_at) / 60 as to_resolve
    from obs.alerts as a
    where a.severity = 'page' and not a.is_simulation and a.notified_state is not null
        and a.resolve_reason is distinct from 'rule changed'
        and a.fired_at > obs.now() - interval '60 days'
),

measured as (
    select
        n.tenant_id,
        'run_success_50' as slo,
        n.fifty as earlier,
        count(*)::numeric as n,
        count(*) filter (where not n.succeeded)::numeric as missed,
        avg(n.succeeded::int) as actual
    from nights as n
    where n.fifty is not null
    group by n.tenant_id, n.fifty
    union all
    select
        n.tenant_id,
        'last_5' as slo,
        0 as earlier,
        count(*) as n,
        count(*) filter (where not n.succeeded) as missed,
        null as actual
    from nights as n
    where n.place <= 5
    group by n.tenant_id
    union all
    select
        n.tenant_id,
        'run_success_30d' as slo,
        n.month as earlier,
        count(*) as n,
        count(*) filter (where not n.succeeded) as missed,
        avg(n.succeeded::int) as actual
    from nights as n
    where n.month is not null
    group by n.tenant_id, n.month
    union all
    select
        r.tenant_id,
        'duration_p95_per_1k' as slo,
        r.month as earlier,
        count(r.min_per_1k) as n,
        count(*) filter (where r.min_per_1k >= g.target) as missed,
        percentile_disc(0.95) within group (order by r.min_per_1k) as actual
    from runs as r
    inner join obs.slo_targets as g on r.tenant_id = g.tenant_id and g.slo = 'duration_p95_per_1k'
    group by r.tenant_id, r.month
    union all
    select
        r.tenant_id,
        'crawl_success_p50' as slo,
        r.month as earlier,
        count(r.crawl) as n,
        count(*) filter (where r.crawl < g.target) as missed,
        percentile_disc(0.5) within group (order by r.crawl) as actual
    from runs as r
    inner join obs.slo_targets as g on r.tenant_id = g.tenant_id and g.slo = 'crawl_success_p50'
    group by r.tenant_id, r.month
    union all
    select
        r.tenant_id,
        'company_contactable' as slo,
        r.month as earlier,
        coalesce(sum(r.with_email), 0) as n,
        sum(r.with_email - r.contactable) as missed,
        sum(r.contactable) / nullif(sum(r.with_email), 0) as actual
    from runs as r
    group by r.tenant_id, r.month
    union all
    select
        p.tenant_id,
        w.slo,
        p.month as earlier,
        count(*) as n,
        sum(w.minutes) as missed,
        avg(w.minutes) as actual
    from pages as p
    cross join lateral (values ('alert_mtta', p.to_ack), ('alert_mttr_p1', p.to_resolve)) as w (slo, minutes)
    group by p.tenant_id, w.slo, p.month
)

select
    g.tenant_id,
    g.slo,
    g.title,
    g.target,
    g.unit,
    cur.actual,
    coalesce(cur.n, 0) as n,
    case when coalesce(cur.n, 0) < 5 then 'no_data' when cur.missed > b.budget then 'breach' else 'ok' end as state,
    i.low,
    i.high,
    b.budget,
    b.budget - cur.missed as budget_left,
    case when prev.n >= 5 then cur.actual - prev.actual end as trend,
    g.over,
    case when cur.n >= 5 then cur.missed / nullif(b.allowance, 0) end as spent,
    case when fast.missed >= 3 then fast.missed / fast.n / nullif(1 - g.target, 0) end as spent_by_last_5
from obs.slo_targets as g
left join measured as cur on g.tenant_id = cur.tenant_id and g.slo = cur.slo and cur.earlier = 0
left join measured as prev on g.tenant_id = prev.tenant_id and g.slo = prev.slo and prev.earlier = 1
left join measured as fast on g.tenant_id = fast.tenant_id and g.slo = 'run_success_50' and fast.slo = 'last_5'
cross join lateral (
    select
        case g.slo
            when 'duration_p95_per_1k' then cur.n * 0.05
            when 'crawl_success_p50' then ceil(cur.n / 2) - 0.5
            when 'alert_mtta' then cur.n * g.target
            when 'alert_mttr_p1' then cur.n * g.target
            else cur.n * (1 - g.target)
        end as allowance
) as w
cross join lateral (
    select
        w.allowance,
        case when g.slo in ('alert_mtta', 'alert_mttr_p1') then w.allowance else floor(w.allowance) end as budget
) as b
cross join lateral (
    select
        -- What a pipeline says of itself may be more than all, or less than nothing.
        least(greatest(cur.actual, 0), 1) as p,
        case
            when g.slo in ('run_success_50', 'run_success_30d', 'company_contactable') and cur.n > 0
                then 3.841459::numeric / cur.n
        end as zz
) as z
cross join lateral (
    select
        -- greatest and least pass over NULL
        case
            when z.zz is not null then greatest((z.p + z.zz / 2 - sqrt(z.zz * (z.p * (1 - z.p) + z.zz / 4))) / (1 + z.zz), 0)
        end as low,
        case
            when z.zz is not null then least((z.p + z.zz / 2 + sqrt(z.zz * (z.p * (1 - z.p) + z.zz / 4))) / (1 + z.zz), 1)
        end as high
) as i;
comment on view obs.slo_status is
'One row a tenant and objective: target, actual, n, state ok, breach or no_data (n below 5), budget and what is left.';
