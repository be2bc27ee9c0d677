-- obs.dash_tenant_overview: one row a run: candidates, items, buckets, duration and cost, ready to be charted
-- Shares are of all that was scored; what got neither High, Medium nor Low is unscored, so they add up to 1.
-- Rates come with what they are made of: of many runs a rate is a sum over a sum.
create or replace view obs.dash_tenant_overview with (security_invoker = true) as
select
    o.tenant_id,
    o.run_id,
    o.kind,
    o.status,
    o.started_at,
    o.ended_at,
    obs._night(o.started_at, t.time_zone) as night,
    o.duration_ms / 60000.0 as duration_min,
    o.duration_ms / 60.0 / nullif(o.candidates_post, 0) as duration_min_per_1k,
    o.candidates_pre,
    o.candidates_post,
    o.shortlist_delivered,
    o.count_total as items_total,
    o.count_success as items_success,
    o.count_error as items_error,
    o.count_success::numeric / nullif(o.count_total, 0) as success_rate,
    o.count_error::numeric / nullif(o.count_total, 0) as error_rate,
    b.high as bucket_high,
    b.medium as bucket_medium,
    b.low as bucket_low,
    b.scored - b.high - b.medium - b.low as bucket_unscored,
    b.high / b.scored as share_high,
    b.medium / b.scored as share_medium,
    b.low / b.scored as share_low,
    (b.scored - b.high - b.medium - b.low) / b.scored as share_unscored,
    o.crawl_success_rate,
    o.tavily_fallback_rate,
    o.cost_usd,
    o.cost_usd * 1000 / nullif(o.candidates_post, 0) as cost_usd_per_1k,
    o.unpriced_calls,
    o.revision,
    o.langsmith_trace_url as trace_url,
    o.crawl_success,
    o.crawl_attempted,
    case when o.tavily_used > o.crawl_attempted then o.crawl_attempted else o.tavily_used end as tavily_fallbacks,
    g.duration as duration_target_min_per_1k,
    g.crawl as crawl_success_target
from obs.run_overview as o
inner join obs.tenants as t on o.tenant_id = t.tenant_id
left join (
    select
        x.tenant_id,
        max(x.target) filter (where x.slo = 'duration_p95_per_1k') as duration,
        max(x.target) filter (where x.slo = 'crawl_success_p50') as crawl
    from obs.slo_targets as x
    where x.slo in ('duration_p95_per_1k', 'crawl_success_p50')
    group by x.tenant_id
) as g on o.tenant_id = g.tenant_id
left join lateral (
    select
        coalesce(o.bucket_high, 0) as high,
        coalesce(o.bucket_medium, 0) as medium,
        coalesce(o.bucket_low, 0) as low,
        greatest(
            o.scored, coalesce(o.bucket_high, 0) + coalesce(o.bucket_medium, 0) + coalesce(o.bucket_low, 0)
        ) as scored
    where o.scored > 0
) as b on true;
comment on view obs.dash_tenant_overview is
'One row a run: candidates before and after the filter, shortlist delivered, items, buckets, duration, cost in US dollars.';
