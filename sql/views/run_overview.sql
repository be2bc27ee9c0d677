-- obs.run_overview: one row a run with the numbers that people ask for first
-- Costs are those of its stages: a call outside of any stage is in run_vendor_usage alone.
-- Rates come with numerator and denominator; an empty denominator gives NULL, never 0.
create or replace view obs.run_overview with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.kind,
    r.status,
    r.started_at,
    r.ended_at,
    r.duration_ms,
    m.candidates_pre,
    m.candidates_post,
    s.count_total,
    s.count_success,
    s.count_error,
    s.crawl_success,
    s.crawl_attempted,
    s.crawl_success::numeric / nullif(s.crawl_attempted, 0) as crawl_success_rate,
    s.tavily_used,
    case
        when s.tavily_used > s.crawl_attempted then 1
        else s.tavily_used::numeric / nullif(s.crawl_attempted, 0)
    end as tavily_fallback_rate,
    s.lusha_succeeded,
    s.lusha_attempted,
    s.lusha_attempted::numeric / nullif(m.candidates_post, 0) as lusha_share,
    m.emails_verified,
    m.emails_total,
    m.emails_verified / nullif(m.emails_total, 0) as email_verified_rate,
    m.companies_contactable,
    m.companies_with_email,
    m.companies_contactable / nullif(m.companies_with_email, 0) as company_contactable_rate,
    m.bucket_high,
    m.bucket_medium,
    m.bucket_low,
    s.scored - coalesce(m.bucket_any, 0) as bucket_unscored,
    s.cost_usd,
    s.unpriced_calls,
    r.duration_ms * 1000 / nullif(m.candidates_post, 0) as duration_ms_per_1k,
    r.late_events,
    r.revision,
    r.langsmith_trace_url,
    coalesce(m.shortlist_delivered, s.exported) as shortlist_delivered,
    s.scored,
    m.rationale_p50_chars
from obs.enrichment_runs as r
left join (
    select
        x.tenant_id,
        x.run_id,
        sum(x.count_total) as count_total,
        sum(x.count_success) as count_success,
        sum(x.count_error) as count_error,
        sum(x.count_success) filter (where x.stage = 'crawl') as crawl_success,
        sum(x.count_total) filter (where x.stage = 'crawl') as crawl_attempted,
        sum(x.count_total) filter (where x.stage = 'tavily') as tavily_used,
        sum(x.count_success) filter (where x.stage = 'lusha') as lusha_succeeded,
        sum(x.count_total) filter (where x.stage = 'lusha') as lusha_attempted,
        sum(x.count_success) filter (where x.stage = 'score') as scored,
        sum(x.count_success) filter (where x.stage = 'export_odoo') as exported,
        sum(x.cost_usd_exact) as cost_usd,
        sum(x.unpriced_calls) as unpriced_calls
    from obs.run_stage_stats as x
    group by x.tenant_id, x.run_id
) as s on r.tenant_id = s.tenant_id and r.run_id = s.run_id
left join (
    select
        x.tenant_id,
        x.run_id,
        max(x.value) filter (where x.name = 'candidates_pre') as candidates_pre,
        max(x.value) filter (where x.name = 'candidates_post') as candidates_post,
        sum(x.value) filter (where x.name = 'email_status' and x.label = 'valid') as emails_verified,
        sum(x.value) filter (where x.name = 'email_status') as emails_total,
        max(x.value) filter (where x.name = 'companies_contactable') as companies_contactable,
        max(x.value) filter (where x.name = 'companies_with_email') as companies_with_email,
        sum(x.value) filter (where x.name = 'bucket' and x.label = 'High') as bucket_high,
        sum(x.value) filter (where x.name = 'bucket' and x.label = 'Medium') as bucket_medium,
        sum(x.value) filter (where x.name = 'bucket' and x.label = 'Low') as bucket_low,
        sum(x.value) filter (where x.name = 'bucket') as bucket_any,
        max(x.value) filter (where x.name = 'shortlist_delivered') as shortlist_delivered,
        max(x.value) filter (where x.name = 'rationale_p50_chars') as rationale_p50_chars
    from obs.run_metrics as x
    group by x.tenant_id, x.run_id
) as m on r.tenant_id = m.tenant_id and r.run_id = m.run_id
where not r.is_simulation;
comment on view obs.run_overview is
'One row a run: status, candidates, items, rates with numerator and denominator, buckets, cost in US dollars.';
