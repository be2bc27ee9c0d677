-- What the columns of the dashboard views and of those of objectives are.

comment on column obs.dash_tenant_overview.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.dash_tenant_overview.run_id is 'Run, unique within its tenant.';
comment on column obs.dash_tenant_overview.kind is 'nightly, adhoc or a word of the pipeline''s own.';
comment on column obs.dash_tenant_overview.status is 'running, success, partial, error, cancelled or crashed.';
comment on column obs.dash_tenant_overview.started_at is 'When the run started.';
comment on column obs.dash_tenant_overview.ended_at is 'When it ended.';
comment on column obs.dash_tenant_overview.night is 'Night of its start: noon to noon, by its morning.';
comment on column obs.dash_tenant_overview.duration_min is 'ended_at - started_at in minutes.';
comment on column obs.dash_tenant_overview.duration_min_per_1k is 'Minutes for 1,000 chosen candidates; NULL for none.';
comment on column obs.dash_tenant_overview.candidates_pre is 'Candidates before the filters.';
comment on column obs.dash_tenant_overview.candidates_post is 'Candidates chosen for the run.';
comment on column obs.dash_tenant_overview.shortlist_delivered is
'Metric shortlist_delivered of the run; without it, items of stage export_odoo that succeeded.';
comment on column obs.dash_tenant_overview.items_total is 'Items of all stages.';
comment on column obs.dash_tenant_overview.items_success is 'Items that succeeded.';
comment on column obs.dash_tenant_overview.items_error is 'Items that failed.';
comment on column obs.dash_tenant_overview.success_rate is 'items_success / items_total, 0 to 1; NULL for none.';
comment on column obs.dash_tenant_overview.error_rate is 'items_error / items_total, 0 to 1; NULL for none.';
comment on column obs.dash_tenant_overview.bucket_high is 'Companies scored High; NULL where none was scored.';
comment on column obs.dash_tenant_overview.bucket_medium is 'Companies scored Medium.';
comment on column obs.dash_tenant_overview.bucket_low is 'Companies scored Low.';
comment on column obs.dash_tenant_overview.bucket_unscored is 'Scored companies that got none of the three.';
comment on column obs.dash_tenant_overview.share_high is 'Share of the scored companies, 0 to 1; the four shares add up to 1.';
comment on column obs.dash_tenant_overview.share_medium is 'The same of Medium.';
comment on column obs.dash_tenant_overview.share_low is 'The same of Low.';
comment on column obs.dash_tenant_overview.share_unscored is 'The same of the rest.';
comment on column obs.dash_tenant_overview.crawl_success_rate is
'Crawled companies / companies whose crawl was tried, 0 to 1; NULL for none.';
comment on column obs.dash_tenant_overview.tavily_fallback_rate is
'Companies that fell back to Tavily / companies whose crawl was tried, at most 1; NULL for none.';
comment on column obs.dash_tenant_overview.cost_usd is 'Cost of all stages in US dollars, unrounded.';
comment on column obs.dash_tenant_overview.cost_usd_per_1k is 'US dollars for 1,000 chosen candidates; NULL for none.';
comment on column obs.dash_tenant_overview.unpriced_calls is 'Calls whose price is not known; their cost is in no sum.';
comment on column obs.dash_tenant_overview.revision is 'Grows by one whenever a finished run changes.';
comment on column obs.dash_tenant_overview.trace_url is 'Top-level trace of the run.';
comment on column obs.dash_tenant_overview.crawl_success is 'Crawls that succeeded.';
comment on column obs.dash_tenant_overview.crawl_attempted is 'Crawls attempted.';
comment on column obs.dash_tenant_overview.tavily_fallbacks is 'Crawls that fell back to Tavily; never more than attempted.';
comment on column obs.dash_tenant_overview.duration_target_min_per_1k is 'Objective in force for the tenant, in minutes.';
comment on column obs.dash_tenant_overview.crawl_success_target is 'Objective in force for the tenant''s median, 0 to 1.';

comment on column obs.dash_vendor_usage.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.dash_vendor_usage.run_id is 'Run, unique within its tenant.';
comment on column obs.dash_vendor_usage.started_at is 'When the run started.';
comment on column obs.dash_vendor_usage.night is 'Night of its start: noon to noon, by its morning.';
comment on column obs.dash_vendor_usage.vendor is 'Vendor as logged.';
comment on column obs.dash_vendor_usage.calls is 'Calls, retries included.';
comment on column obs.dash_vendor_usage.errors is 'Calls that failed.';
comment on column obs.dash_vendor_usage.error_rate is 'errors / calls, 0 to 1; NULL for none.';
comment on column obs.dash_vendor_usage.rate_limit_hits is 'Calls refused by a rate limit.';
comment on column obs.dash_vendor_usage.rate_limited is 'At least one was.';
comment on column obs.dash_vendor_usage.quota_exhausted is 'At least one call was refused because a quota was used up.';
comment on column obs.dash_vendor_usage.tokens_input is 'Tokens in.';
comment on column obs.dash_vendor_usage.tokens_output is 'Tokens out.';
comment on column obs.dash_vendor_usage.cost_usd is 'Cost in US dollars, unrounded.';
comment on column obs.dash_vendor_usage.unpriced_calls is 'Calls whose price is not known; their cost is in no sum.';

comment on column obs.dash_quality.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.dash_quality.run_id is 'Run, unique within its tenant.';
comment on column obs.dash_quality.started_at is 'When the run started.';
comment on column obs.dash_quality.night is 'Night of its start: noon to noon, by its morning.';
comment on column obs.dash_quality.emails_verified is 'E-mails found valid.';
comment on column obs.dash_quality.emails_total is 'E-mails checked.';
comment on column obs.dash_quality.email_verified_rate is 'emails_verified / emails_total, 0 to 1; NULL for none.';
comment on column obs.dash_quality.companies_contactable is 'Companies with at least one valid or unknown business e-mail.';
comment on column obs.dash_quality.companies_with_email is 'Companies with at least one checked e-mail.';
comment on column obs.dash_quality.company_contactable_rate is
'companies_contactable / companies_with_email, 0 to 1; NULL for none.';
comment on column obs.dash_quality.qa_drawn is 'Companies of the random sample; NULL where none was drawn.';
comment on column obs.dash_quality.qa_passed is 'Of these, passed.';
comment on column obs.dash_quality.qa_failed is 'Of these, failed.';
comment on column obs.dash_quality.qa_pending is 'Of these, not decided yet.';
comment on column obs.dash_quality.qa_pass_rate is
'qa_passed / (qa_passed + qa_failed), 0 to 1; NULL before the first verdict.';
comment on column obs.dash_quality.qa_flagged is 'The best rate that can still be reached is below the threshold of QA-07.';
comment on column obs.dash_quality.qa_follow_up is 'open, closed, or NULL where none was opened.';
comment on column obs.dash_quality.rationale_p50_chars is 'Median length of the rationales in characters.';
comment on column obs.dash_quality.company_contactable_target is 'Objective in force for the tenant, 0 to 1.';

comment on column obs.dash_rationale_lengths.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.dash_rationale_lengths.run_id is 'Run, unique within its tenant.';
comment on column obs.dash_rationale_lengths.started_at is 'When the run started.';
comment on column obs.dash_rationale_lengths.night is 'Night of its start: noon to noon, by its morning.';
comment on column obs.dash_rationale_lengths.chars_from is 'First length of the step, in characters.';
comment on column obs.dash_rationale_lengths.chars_to is 'Last length of the step; NULL: no end.';
comment on column obs.dash_rationale_lengths.companies is 'Companies whose last rationale is that long.';

comment on column obs.dash_latency.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.dash_latency.run_id is 'Run, unique within its tenant.';
comment on column obs.dash_latency.started_at is 'When the run started.';
comment on column obs.dash_latency.night is 'Night of its start: noon to noon, by its morning.';
comment on column obs.dash_latency.stage is 'Stage as logged.';
comment on column obs.dash_latency.items is 'Items of the stage.';
comment on column obs.dash_latency.p50_ms is 'Median duration of its items in ms, whatever their outcome.';
comment on column obs.dash_latency.p95_ms is '95th percentile of the same.';
comment on column obs.dash_latency.p99_ms is '99th percentile of the same.';
comment on column obs.dash_latency.success_p95_ms is '95th percentile of the items that succeeded, in ms.';
comment on column obs.dash_latency.duration_min is 'Wall time of the stage in minutes; NULL while it is open.';
comment on column obs.dash_latency.error_rate is 'Failed items / items, 0 to 1; NULL for none.';
comment on column obs.dash_latency.items_error is 'Failed items.';

comment on column obs.dash_latency_heatmap.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.dash_latency_heatmap.run_id is 'Run, unique within its tenant.';
comment on column obs.dash_latency_heatmap.started_at is 'When the run started.';
comment on column obs.dash_latency_heatmap.night is 'Night of its start: noon to noon, by its morning.';
comment on column obs.dash_latency_heatmap.stage is 'Stage as logged.';
comment on column obs.dash_latency_heatmap.ms_from is 'First duration of the step, in ms.';
comment on column obs.dash_latency_heatmap.ms_to is 'Last duration of the step; NULL: no end.';
comment on column obs.dash_latency_heatmap.items is 'Items that took so long, whatever their outcome.';

comment on column obs.slo_targets.tenant_id is 'Tenant that the target holds for.';
comment on column obs.slo_targets.slo is 'As in slo_status.';
comment on column obs.slo_targets.title is 'What is measured, in words.';
comment on column obs.slo_targets.target is 'A share, 0 to 1, or minutes.';
comment on column obs.slo_targets.unit is 'share or minutes.';
comment on column obs.slo_targets.over is 'The window.';
comment on column obs.slo_targets.setting is 'Key for obs.set_setting that changes it.';

comment on column obs.slo_nights.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.slo_nights.run_id is 'The run; NULL where none came.';
comment on column obs.slo_nights.kind is 'Kind of the run.';
comment on column obs.slo_nights.at is 'When it started, or was due.';
comment on column obs.slo_nights.night is 'Night of that: noon to noon, by its morning.';
comment on column obs.slo_nights.status is 'How the run ended, or missing.';
comment on column obs.slo_nights.succeeded is 'It ended as success.';
comment on column obs.slo_nights.duration_ms is 'ended_at - started_at in ms; NULL where no run came.';

comment on column obs.slo_status.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.slo_status.slo is
'run_success_50, run_success_30d, duration_p95_per_1k, crawl_success_p50, company_contactable, alert_mtta or alert_mttr_p1.';
comment on column obs.slo_status.title is 'What is measured, in words.';
comment on column obs.slo_status.target is 'Target in force, in unit: at least (shares) or less than (minutes).';
comment on column obs.slo_status.unit is 'share (0 to 1) or minutes.';
comment on column obs.slo_status.actual is 'What was measured in the window; NULL for nothing.';
comment on column obs.slo_status.n is 'Of how many: runs, companies or alerts.';
comment on column obs.slo_status.state is 'ok, breach, or no_data while n is below 5.';
comment on column obs.slo_status.low is 'Lower end of the 95 % interval of a share (Wilson); NULL elsewhere.';
comment on column obs.slo_status.high is 'Upper end of the same.';
comment on column obs.slo_status.budget is 'How many of n may miss: runs, companies; of a mean, minutes.';
comment on column obs.slo_status.budget_left is 'What is left of it; negative: overspent.';
comment on column obs.slo_status.trend is 'actual less that of the window before; NULL where that had fewer than 5.';
comment on column obs.slo_status.over is 'The window.';
comment on column obs.slo_status.spent is 'Missed / allowed, unrounded: above 1 is a breach; NULL while n is below 5.';
comment on column obs.slo_status.spent_by_last_5 is
'Where three or more of the last five nightly runs failed: how many times as fast as allowed that is.';

comment on column obs.run_forecast.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_forecast.run_id is 'Run, unique within its tenant.';
comment on column obs.run_forecast.started_at is 'When the run started.';
comment on column obs.run_forecast.elapsed_min is 'Minutes since it started.';
comment on column obs.run_forecast.progress is 'Share of its work that is done, 0 to 1; NULL where it cannot be told.';
comment on column obs.run_forecast.forecast_min is 'Minutes that it will have taken.';
comment on column obs.run_forecast.forecast_min_per_1k is 'The same for 1,000 candidates.';
comment on column obs.run_forecast.target_min is 'Target in minutes for 1,000 candidates.';
comment on column obs.run_forecast.verdict is 'ok, breach, or no_data where there is no forecast.';

comment on column obs.nightly_runs.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.nightly_runs.run_id is 'Run, unique within its tenant.';
comment on column obs.nightly_runs.kind is 'nightly, or a kind that the tenant expects.';
comment on column obs.nightly_runs.status is 'running, success, partial, error, cancelled or crashed.';
comment on column obs.nightly_runs.started_at is 'When the run started.';
comment on column obs.nightly_runs.ended_at is 'When it ended.';
comment on column obs.nightly_runs.duration_ms is 'ended_at - started_at in ms.';

comment on column obs.last_night.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.last_night.night is 'Date of the night''s morning: today, by the tenant''s clock.';
comment on column obs.last_night.from_at is 'Noon of the day before, by the tenant''s clock.';
comment on column obs.last_night.until_at is 'Noon of that date; the night is without it.';
comment on column obs.last_night.runs is 'Runs of kind nightly, or of one that the tenant expects, that started in it.';
comment on column obs.last_night.running is 'Those of them that go on.';
comment on column obs.last_night.waiting is 'Expected runs of it that have not started and are not late yet.';
comment on column obs.last_night.missing is 'Expected runs of it that never started.';
comment on column obs.last_night.is_over is 'Whether nothing of it is outstanding: none goes on, none is waited for.';
