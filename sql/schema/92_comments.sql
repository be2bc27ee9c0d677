-- What every table and column is, with units. Functions and views carry their comments in their own files.
comment on schema obs is
'Observability of the enrichment pipeline: runs, events, numbers, alerts; see obs.version() and obs.status().';
comment on type obs.event is 'One event as it enters obs: the log format''s fields, then where it came from.';

comment on table obs.schema_migrations is 'Schema steps applied to this database, with checksums.';
comment on column obs.schema_migrations.version is 'Name of the step.';
comment on column obs.schema_migrations.checksum is 'SHA-256 of the step''s text.';
comment on column obs.schema_migrations.applied_at is 'When it was applied.';
comment on table obs.dump_marker is
'One row that row security shows to the owner alone: where it is missing, the database came from a filtered dump.';
comment on column obs.dump_marker.is_whole is 'Always true.';
comment on column obs.dump_marker.made_at is 'When the table was made.';

comment on table obs.tenants is 'Tenants.';
comment on column obs.tenants.tenant_id is 'Tenant, 1 to 128 printable characters.';
comment on column obs.tenants.display_name is 'Name for people.';
comment on column obs.tenants.time_zone is 'Time zone of its nights, a name of pg_timezone_names.';
comment on column obs.tenants.is_new is 'Made by ingest, not yet confirmed by create_tenant.';
comment on column obs.tenants.created_by is 'Login that made it.';
comment on column obs.tenants.created_at is 'When the row was made, by the server''s clock.';

comment on table obs.tenant_roles is
'Which role may act for which tenant; a role with a row, even a revoked one, is bound to its tenants.';
comment on column obs.tenant_roles.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.tenant_roles.role_name is 'Login or group.';
comment on column obs.tenant_roles.granted_by is 'Who granted it.';
comment on column obs.tenant_roles.granted_at is 'When it was granted.';
comment on column obs.tenant_roles.revoked_at is 'When it was revoked; NULL while in force.';

comment on table obs.settings is 'Settings: a tenant''s own beat the global ones.';
comment on column obs.settings.tenant_id is 'Tenant, or NULL for all.';
comment on column obs.settings.key is 'Name of the setting.';
comment on column obs.settings.value is 'Value in force.';
comment on column obs.settings.updated_by is 'Who set it.';
comment on column obs.settings.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.tenant_peppers is
'Secret keys of the e-mail hashes, one a tenant and version; readable by no role but the owner.';
comment on column obs.tenant_peppers.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.tenant_peppers.version is 'Version, as in the prefix h1 of a hash.';
comment on column obs.tenant_peppers.pepper is '32 random bytes; NULL once destroyed.';
comment on column obs.tenant_peppers.created_at is 'When the row was made, by the server''s clock.';
comment on column obs.tenant_peppers.destroyed_at is 'When it was destroyed: its hashes can never be matched again.';

comment on table obs.extra_keys is 'Keys of extra under which free text passes, scrubbed.';
comment on column obs.extra_keys.tenant_id is 'Tenant, or NULL for all.';
comment on column obs.extra_keys.key is 'Key of extra.';
comment on column obs.extra_keys.allowed_by is 'Who allowed it.';
comment on column obs.extra_keys.allowed_at is 'When it was allowed.';

comment on table obs.audit_log is 'Who changed what: append-only.';
comment on column obs.audit_log.tenant_id is 'Tenant concerned, or NULL for all.';
comment on column obs.audit_log.audit_id is 'Order of the entries.';
comment on column obs.audit_log.at is 'When, by the server''s clock.';
comment on column obs.audit_log.actor is 'Role that acted.';
comment on column obs.audit_log.action is 'Function that was called.';
comment on column obs.audit_log.detail is 'What it was told and did.';

comment on table obs.enrichment_runs is 'Runs: one nightly or ad-hoc execution for one tenant.';
comment on column obs.enrichment_runs.run_id is 'Run, unique within its tenant.';
comment on column obs.enrichment_runs.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.enrichment_runs.started_at is 'When it started.';
comment on column obs.enrichment_runs.ended_at is 'When it ended.';
comment on column obs.enrichment_runs.status is 'running, success, partial, error, cancelled or crashed.';
comment on column obs.enrichment_runs.langsmith_trace_url is 'Top-level trace of the run.';
comment on column obs.enrichment_runs.kind is 'nightly, adhoc or a word of the pipeline''s own.';
comment on column obs.enrichment_runs.run_day is 'UTC day of the start; its events live in that day''s partition.';
comment on column obs.enrichment_runs.heartbeat_at is 'Last heartbeat, by the server''s clock.';
comment on column obs.enrichment_runs.last_event_at is
'When the last folded event was received, by the server''s clock.';
comment on column obs.enrichment_runs.last_event_ts is 'Latest ts of the folded events, by the clients'' clocks.';
comment on column obs.enrichment_runs.created_at is 'When the row was made, by the server''s clock.';
comment on column obs.enrichment_runs.finished_at is 'When the server closed it.';
comment on column obs.enrichment_runs.thinned_at is 'From then on no thinnable event is taken.';
comment on column obs.enrichment_runs.thin_done_at is 'When its thinnable events were deleted.';
comment on column obs.enrichment_runs.duration_ms is 'ended_at - started_at in ms.';
comment on column obs.enrichment_runs.revision is 'Grows by one whenever a finished row changes.';
comment on column obs.enrichment_runs.late_events is 'Events that arrived after the end.';
comment on column obs.enrichment_runs.is_simulation is 'A drill: in no number that people look at.';
comment on column obs.enrichment_runs.host_relation is 'Table of the host that mirrors this run.';
comment on column obs.enrichment_runs.meta is 'What the pipeline said at the start, redacted.';

comment on table obs.run_stage_stats is
'Stages of runs with their numbers; an item is one company''s pass through a stage.';
comment on column obs.run_stage_stats.run_id is 'Run, unique within its tenant.';
comment on column obs.run_stage_stats.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_stage_stats.stage is 'Stage of the run.';
comment on column obs.run_stage_stats.count_total is 'Items, success and error.';
comment on column obs.run_stage_stats.count_success is 'Items that succeeded.';
comment on column obs.run_stage_stats.count_error is 'Items that failed.';
comment on column obs.run_stage_stats.p50_ms is 'Median duration of all items in ms (percentile_disc).';
comment on column obs.run_stage_stats.p95_ms is '95th percentile of all items in ms (percentile_disc).';
comment on column obs.run_stage_stats.p99_ms is '99th percentile of all items in ms (percentile_disc).';
comment on column obs.run_stage_stats.cost_usd is 'Cost in US dollars, rounded once, at most 99999999.9999.';
comment on column obs.run_stage_stats.tokens_input is 'Input tokens, at most 2147483647.';
comment on column obs.run_stage_stats.tokens_output is 'Output tokens, at most 2147483647.';
comment on column obs.run_stage_stats.status is 'running, success, partial, error, cancelled or crashed.';
comment on column obs.run_stage_stats.started_at is 'When it started.';
comment on column obs.run_stage_stats.ended_at is 'When it ended.';
comment on column obs.run_stage_stats.count_retry is 'Retries; no items.';
comment on column obs.run_stage_stats.count_duration is 'Items with a duration.';
comment on column obs.run_stage_stats.p50_success_ms is 'Median duration of successful items in ms.';
comment on column obs.run_stage_stats.p95_success_ms is '95th percentile of successful items in ms.';
comment on column obs.run_stage_stats.p99_success_ms is '99th percentile of successful items in ms.';
comment on column obs.run_stage_stats.percentile_source is
'raw: exact; rollup: from the histogram, within 1 % or 1 ms; none: no durations.';
comment on column obs.run_stage_stats.cost_usd_exact is 'Cost in US dollars, unrounded.';
comment on column obs.run_stage_stats.tokens_input_exact is 'Input tokens, whole.';
comment on column obs.run_stage_stats.tokens_output_exact is 'Output tokens, whole.';
comment on column obs.run_stage_stats.unpriced_calls is 'Calls whose price is not known; their cost is in no sum.';
comment on column obs.run_stage_stats.cache_hits is 'Events answered from a cache, at no cost.';
comment on column obs.run_stage_stats.planned is 'Items meant to come.';
comment on column obs.run_stage_stats.events_seen is 'Events of the stage stored so far, lifecycle aside.';
comment on column obs.run_stage_stats.expected_events is 'Events the pipeline says it sent.';
comment on column obs.run_stage_stats.complete is 'Whether all expected events have been seen.';
comment on column obs.run_stage_stats.revision is 'Grows by one whenever a finished row changes.';
comment on column obs.run_stage_stats.late_events is 'Events that arrived after the end.';
comment on column obs.run_stage_stats.finished_at is 'When the server closed it.';
comment on column obs.run_stage_stats.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.run_vendor_usage is 'Calls to vendors by run; retries are calls.';
comment on column obs.run_vendor_usage.run_id is 'Run, unique within its tenant.';
comment on column obs.run_vendor_usage.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_vendor_usage.vendor is 'Vendor.';
comment on column obs.run_vendor_usage.calls is 'Calls.';
comment on column obs.run_vendor_usage.errors is 'Calls that failed.';
comment on column obs.run_vendor_usage.cost_usd is 'Cost in US dollars, rounded once, at most 99999999.9999.';
comment on column obs.run_vendor_usage.rate_limit_hits is
'Calls refused by a rate limit (HTTP_429 or a mapped code).';
comment on column obs.run_vendor_usage.quota_exhausted is
'Whether a quota was exhausted (HTTP_402 or a mapped code).';
comment on column obs.run_vendor_usage.quota_hits is 'Calls refused by an exhausted quota.';
comment on column obs.run_vendor_usage.cost_usd_exact is 'Cost in US dollars, unrounded.';
comment on column obs.run_vendor_usage.tokens_input is 'Input tokens.';
comment on column obs.run_vendor_usage.tokens_output is 'Output tokens.';
comment on column obs.run_vendor_usage.unpriced_calls is 'Calls whose price is not known; their cost is in no sum.';
comment on column obs.run_vendor_usage.cache_hits is 'Events answered from a cache, at no cost.';
comment on column obs.run_vendor_usage.revision is 'Grows by one whenever a finished row changes.';
comment on column obs.run_vendor_usage.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.run_model_usage is 'Calls to vendors by run and model.';
comment on column obs.run_model_usage.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_model_usage.run_id is 'Run, unique within its tenant.';
comment on column obs.run_model_usage.vendor is 'Vendor.';
comment on column obs.run_model_usage.model is 'Model, empty when none was named.';
comment on column obs.run_model_usage.calls is 'Calls.';
comment on column obs.run_model_usage.errors is 'Calls that failed.';
comment on column obs.run_model_usage.cost_usd_exact is 'Cost in US dollars, unrounded.';
comment on column obs.run_model_usage.tokens_input is 'Input tokens.';
comment on column obs.run_model_usage.tokens_output is 'Output tokens.';
comment on column obs.run_model_usage.tokens_cached is 'Input tokens read from a cache.';
comment on column obs.run_model_usage.tokens_reasoning is 'Output tokens spent on reasoning.';
comment on column obs.run_model_usage.unpriced_calls is 'Calls whose price is not known; their cost is in no sum.';

comment on table obs.run_error_codes is 'Error codes by run, stage and kind of event.';
comment on column obs.run_error_codes.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_error_codes.run_id is 'Run, unique within its tenant.';
comment on column obs.run_error_codes.stage is 'Stage, empty when the event had none.';
comment on column obs.run_error_codes.kind is 'item, call, retry, check or other.';
comment on column obs.run_error_codes.error_code is 'Error code.';
comment on column obs.run_error_codes.vendor is 'Vendor, empty when the event had none.';
comment on column obs.run_error_codes.n is 'Events with this code.';

comment on table obs.run_metrics is
'Numbers of a run: candidates_pre, candidates_post, bucket, email_status and what the pipeline sets.';
comment on column obs.run_metrics.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_metrics.run_id is 'Run, unique within its tenant.';
comment on column obs.run_metrics.name is 'Name of the metric.';
comment on column obs.run_metrics.label is 'Part of the metric, such as a bucket or a reason; empty when undivided.';
comment on column obs.run_metrics.value is 'Value.';
comment on column obs.run_metrics.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.latency_buckets is 'Histogram of item durations; buckets merge over any set of runs.';
comment on column obs.latency_buckets.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.latency_buckets.run_id is 'Run, unique within its tenant.';
comment on column obs.latency_buckets.stage is 'Stage of the run.';
comment on column obs.latency_buckets.outcome is 'success or error.';
comment on column obs.latency_buckets.bucket is
'Bucket number, see obs._bucket_edges: upper/lower edge at most 1.02.';
comment on column obs.latency_buckets.n is 'Items in the bucket.';

comment on table obs.stage_deltas is 'What stored events add to the numbers, until the next fold takes it.';
comment on column obs.stage_deltas.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.stage_deltas.run_id is 'Run, unique within its tenant.';
comment on column obs.stage_deltas.stage is 'Stage, empty when the event had none.';
comment on column obs.stage_deltas.kind is 'item, call, retry, check, other or reprice.';
comment on column obs.stage_deltas.outcome is 'Status of the events.';
comment on column obs.stage_deltas.vendor is 'Vendor, empty for none.';
comment on column obs.stage_deltas.model is 'Model, empty for none.';
comment on column obs.stage_deltas.error_code is 'Error code, empty for none.';
comment on column obs.stage_deltas.score_bucket is 'Score bucket of items, empty for none.';
comment on column obs.stage_deltas.email_status is 'E-mail status of items, empty for none.';
comment on column obs.stage_deltas.latency_bucket is 'Latency bucket of items with a duration.';
comment on column obs.stage_deltas.n is 'Events.';
comment on column obs.stage_deltas.cost_usd is 'Cost in US dollars, unrounded.';
comment on column obs.stage_deltas.tokens_input is 'Input tokens.';
comment on column obs.stage_deltas.tokens_output is 'Output tokens.';
comment on column obs.stage_deltas.tokens_cached is 'Input tokens read from a cache.';
comment on column obs.stage_deltas.tokens_reasoning is 'Output tokens spent on reasoning.';
comment on column obs.stage_deltas.unpriced_calls is 'Calls whose price is not known; their cost is in no sum.';
comment on column obs.stage_deltas.cache_hits is 'Events answered from a cache, at no cost.';
comment on column obs.stage_deltas.first_ts is 'Earliest ts.';
comment on column obs.stage_deltas.last_ts is 'Latest ts.';
comment on column obs.stage_deltas.last_received_at is 'Latest received_at.';

comment on table obs.run_event_logs is 'Events, one partition a day by the UTC day their run started.';
comment on column obs.run_event_logs.run_id is 'Run, unique within its tenant.';
comment on column obs.run_event_logs.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_event_logs.stage is 'Stage, NULL for events of the run.';
comment on column obs.run_event_logs.company_id is 'Company concerned.';
comment on column obs.run_event_logs.event is
'finish, error, retry, vendor_call, stage_start, ... or a word of the pipeline''s own.';
comment on column obs.run_event_logs.status is 'success, error or a word of the pipeline''s own.';
comment on column obs.run_event_logs.error_code is 'Error code.';
comment on column obs.run_event_logs.duration_ms is 'Duration in ms by the client''s monotonic clock.';
comment on column obs.run_event_logs.trace_id is 'Trace of the step.';
comment on column obs.run_event_logs.extra is 'Further facts, redacted; obs_warnings names what was mended.';
comment on column obs.run_event_logs.ts is 'When it happened, by the client''s clock.';
comment on column obs.run_event_logs.level is 'Log level.';
comment on column obs.run_event_logs.error_msg is 'Error message, redacted.';
comment on column obs.run_event_logs.vendor is 'Vendor.';
comment on column obs.run_event_logs.cost_usd is 'Cost in US dollars, unrounded.';
comment on column obs.run_event_logs.tokens_input is 'Input tokens.';
comment on column obs.run_event_logs.tokens_output is 'Output tokens.';
comment on column obs.run_event_logs.logger is 'obs.run, obs.stage, obs.vendor or obs.qa.';
comment on column obs.run_event_logs.model is 'Model of the vendor.';
comment on column obs.run_event_logs.event_id is 'Identity: the same id in a run counts once.';
comment on column obs.run_event_logs.producer is 'Process that sent it.';
comment on column obs.run_event_logs.seq is 'Number within its producer, without gaps.';
comment on column obs.run_event_logs.received_at is 'When the server stored it, by the server''s clock.';
comment on column obs.run_event_logs.kind is 'What it counts as: item, call, retry, lifecycle, check or other.';
comment on column obs.run_event_logs.cost_source is 'reported, price_card, cache, unpriced, or NULL for no call.';
comment on column obs.run_event_logs.run_day is 'UTC day the run started.';

comment on table obs.event_days is 'Days that have, or had, a partition of events.';
comment on column obs.event_days.run_day is 'UTC day.';
comment on column obs.event_days.created_at is 'When its partition was made, by the server''s clock.';
comment on column obs.event_days.dropped_at is
'When retention dropped it; NULL: it is there. A new run of an old day has it made again, without the events it had.';

comment on table obs.quarantined_events is 'Events without a home, kept for 30 days, redacted.';
comment on column obs.quarantined_events.tenant_id is 'Tenant, NULL when not known or not the sender''s.';
comment on column obs.quarantined_events.run_id is 'Run the event names.';
comment on column obs.quarantined_events.event_id is 'Identity of the event.';
comment on column obs.quarantined_events.reason is
'unknown_run, unknown_tenant, forbidden_tenant, bad_id, expired, thinned or host_row.';
comment on column obs.quarantined_events.payload is 'The event, redacted.';
comment on column obs.quarantined_events.sent_by is 'Role that sent it.';
comment on column obs.quarantined_events.received_at is 'When it came, by the server''s clock.';

comment on table obs.price_cards is 'What a unit of a vendor''s work costs, for whom and when.';
comment on column obs.price_cards.tenant_id is 'Tenant, or NULL for all.';
comment on column obs.price_cards.vendor is 'Vendor.';
comment on column obs.price_cards.model_pattern is 'Model, or a prefix ending in *.';
comment on column obs.price_cards.unit is 'call, input_token, output_token, cached_token or reasoning_token.';
comment on column obs.price_cards.price_usd is 'Price in US dollars of per_units units.';
comment on column obs.price_cards.per_units is 'Units the price is for.';
comment on column obs.price_cards.counted_in is
'Total in which the vendor counts these tokens too; they are taken from it.';
comment on column obs.price_cards.valid_from is 'First moment of validity.';
comment on column obs.price_cards.valid_to is 'First moment after validity.';
comment on column obs.price_cards.set_by is 'Who set it.';
comment on column obs.price_cards.set_at is 'When it was set.';

comment on table obs.vendor_error_codes is 'Vendors'' own error codes that mean a rate limit or an exhausted quota.';
comment on column obs.vendor_error_codes.tenant_id is 'Tenant, or NULL for all.';
comment on column obs.vendor_error_codes.vendor is 'Vendor.';
comment on column obs.vendor_error_codes.error_code is 'Error code.';
comment on column obs.vendor_error_codes.meaning is 'rate_limit or quota.';

comment on table obs.jobs is 'What runs on a schedule, with its heartbeat.';
comment on column obs.jobs.job is 'Name.';
comment on column obs.jobs.schedule is 'Cron expression in UTC.';
comment on column obs.jobs.command is 'Statement.';
comment on column obs.jobs.max_age is 'Age of the heartbeat above which the job is overdue.';
comment on column obs.jobs.last_started_at is 'Start of the last successful run.';
comment on column obs.jobs.last_success_at is 'End of the last successful run.';
comment on column obs.jobs.last_duration_ms is 'Duration of the last successful run in ms.';
comment on column obs.jobs.last_result is 'What it did.';
comment on column obs.jobs.runs is 'Successful runs.';
comment on column obs.jobs.comment is 'What it is for.';

comment on table obs.attached_relations is 'Tables of the host whose runs are mirrored.';
comment on column obs.attached_relations.relation is 'Qualified name.';
comment on column obs.attached_relations.status_map is 'The host''s status words and those of obs.';
comment on column obs.attached_relations.run_id_type is 'Type of the host''s run_id.';
comment on column obs.attached_relations.tenant_id_type is 'Type of the host''s tenant_id.';
comment on column obs.attached_relations.attached_by is 'Who attached it.';
comment on column obs.attached_relations.attached_at is 'When it was attached.';

comment on column obs.run_overview.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.run_overview.run_id is 'Run, unique within its tenant.';
comment on column obs.run_overview.kind is 'nightly, adhoc or a word of the pipeline''s own.';
comment on column obs.run_overview.status is 'running, success, partial, error, cancelled or crashed.';
comment on column obs.run_overview.started_at is 'When it started.';
comment on column obs.run_overview.ended_at is 'When it ended.';
comment on column obs.run_overview.duration_ms is 'ended_at - started_at in ms.';
comment on column obs.run_overview.candidates_pre is 'Candidates before the filters.';
comment on column obs.run_overview.candidates_post is 'Candidates chosen for the run.';
comment on column obs.run_overview.count_total is 'Items of all stages.';
comment on column obs.run_overview.count_success is 'Items that succeeded.';
comment on column obs.run_overview.count_error is 'Items that failed.';
comment on column obs.run_overview.crawl_success is 'Crawled companies.';
comment on column obs.run_overview.crawl_attempted is 'Companies whose crawl was tried.';
comment on column obs.run_overview.crawl_success_rate is 'crawl_success / crawl_attempted; NULL for none.';
comment on column obs.run_overview.tavily_used is 'Companies that fell back to Tavily.';
comment on column obs.run_overview.tavily_fallback_rate is 'tavily_used / crawl_attempted, at most 1; NULL for none.';
comment on column obs.run_overview.lusha_succeeded is 'Lusha look-ups that succeeded.';
comment on column obs.run_overview.lusha_attempted is 'Lusha look-ups.';
comment on column obs.run_overview.lusha_share is 'lusha_attempted / candidates_post.';
comment on column obs.run_overview.emails_verified is 'E-mails found valid.';
comment on column obs.run_overview.emails_total is 'E-mails checked.';
comment on column obs.run_overview.email_verified_rate is 'emails_verified / emails_total; NULL for none.';
comment on column obs.run_overview.companies_contactable is
'Companies with at least one verified or unknown business e-mail.';
comment on column obs.run_overview.companies_with_email is 'Companies with at least one checked e-mail.';
comment on column obs.run_overview.company_contactable_rate is
'companies_contactable / companies_with_email; NULL for none.';
comment on column obs.run_overview.bucket_high is 'Companies scored High.';
comment on column obs.run_overview.bucket_medium is 'Companies scored Medium.';
comment on column obs.run_overview.bucket_low is 'Companies scored Low.';
comment on column obs.run_overview.bucket_unscored is 'Scored companies without a bucket.';
comment on column obs.run_overview.cost_usd is 'Cost of all stages in US dollars, unrounded.';
comment on column obs.run_overview.unpriced_calls is 'Calls whose price is not known; their cost is in no sum.';
comment on column obs.run_overview.duration_ms_per_1k is 'Duration in ms for 1000 chosen candidates.';
comment on column obs.run_overview.late_events is 'Events that arrived after the end.';
comment on column obs.run_overview.revision is 'Grows by one whenever a finished row changes.';
comment on column obs.run_overview.langsmith_trace_url is 'Top-level trace of the run.';
comment on column obs.run_overview.shortlist_delivered is
'Metric shortlist_delivered of the run; without it, items of stage export_odoo that succeeded.';
comment on column obs.run_overview.scored is 'Items of stage score that succeeded.';
comment on column obs.run_overview.rationale_p50_chars is 'Median length of the rationales in characters.';

comment on column obs.job_health.job is 'Name.';
comment on column obs.job_health.schedule is 'Cron expression in UTC.';
comment on column obs.job_health.last_success_at is 'End of the last successful run.';
comment on column obs.job_health.age is 'Age of the heartbeat.';
comment on column obs.job_health.max_age is 'Age above which it is overdue.';
comment on column obs.job_health.overdue is 'Whether the heartbeat is too old or missing.';
comment on column obs.job_health.last_duration_ms is 'Duration of the last successful run in ms.';
comment on column obs.job_health.last_result is 'What it did.';
comment on column obs.job_health.runs is 'Successful runs.';
