-- obs: everything in the order it is loaded; reading this file is reading the architecture.
-- psql -v ON_ERROR_STOP=1 -1 -f sql/install.sql    installs or upgrades; a second time changes nothing.

set client_min_messages = warning;
set standard_conforming_strings = on;

-- 1. What must be there first
\ir schema/00_preflight.sql
\ir schema/01_roles.sql
\ir schema/02_ledger.sql

-- 2. Tables, by concern: immutable steps, recorded in obs.schema_migrations
\ir schema/10_tenancy.sql
\ir schema/20_runs.sql
\ir schema/30_events.sql
\ir schema/40_cost.sql
\ir schema/50_jobs.sql

-- 3. Functions, layer by layer: a layer calls only those above it in this list
-- core: the clock, who asks, latency buckets, row security
\ir functions/core/_asker.sql
\ir functions/core/_moved_now.sql
\ir functions/core/now.sql
\ir functions/core/version.sql
\ir functions/core/_bucket_edges.sql
\ir functions/core/_latency_bucket.sql
\ir functions/core/_bucket_middle.sql
\ir functions/core/_uuid_v7.sql
\ir functions/core/_relation_name.sql
\ir functions/core/_suspect_id.sql
\ir functions/core/_secure_table.sql
\ir functions/core/_audit.sql
-- tenancy: who may see and write whom, settings
\ir functions/tenancy/visible_tenants.sql
\ir functions/tenancy/_setting.sql
\ir functions/tenancy/_capture_valid.sql
\ir functions/tenancy/_known_tenant.sql
\ir functions/tenancy/_writable_tenants.sql
\ir functions/tenancy/_readable_tenants.sql
\ir functions/tenancy/_find_tenant.sql
\ir functions/tenancy/_resolve_tenant.sql
\ir functions/tenancy/_ensure_tenant.sql
\ir functions/tenancy/create_tenant.sql
\ir functions/tenancy/grant_access.sql
\ir functions/tenancy/revoke_access.sql
\ir functions/tenancy/set_setting.sql
\ir functions/tenancy/allow_extra_key.sql
-- ingest: types mended, personal data out, stored once with deltas
\ir functions/ingest/_whole.sql
\ir functions/ingest/_number.sql
\ir functions/ingest/_json_number.sql
\ir functions/ingest/_extra_tokens.sql
\ir functions/ingest/_odd_moment.sql
\ir functions/ingest/_moment.sql
\ir functions/ingest/_warn.sql
\ir functions/ingest/_pattern.sql
\ir functions/ingest/_plain_keys.sql
\ir functions/ingest/_suspect.sql
\ir functions/ingest/_extra_clean.sql
\ir functions/ingest/_hmac_sha256.sql
\ir functions/ingest/_keyed_hash.sql
\ir functions/ingest/_unveil.sql
\ir functions/ingest/_mask_secrets.sql
\ir functions/ingest/_mask_emails.sql
\ir functions/ingest/_hides_email.sql
\ir functions/ingest/_mask_runs.sql
\ir functions/ingest/_mask_numbers.sql
\ir functions/ingest/_redact_text.sql
\ir functions/ingest/_redact_id.sql
\ir functions/ingest/_id_valid.sql
\ir functions/ingest/_check_id.sql
\ir functions/ingest/_left_out.sql
\ir functions/ingest/_key_class.sql
\ir functions/ingest/_redact_json.sql
\ir functions/ingest/_redact_extra.sql
\ir functions/ingest/_kind.sql
\ir functions/ingest/_thinnable.sql
\ir functions/ingest/_mend_word.sql
\ir functions/ingest/_mend.sql
\ir functions/ingest/_event_clean.sql
\ir functions/ingest/_to_events.sql
\ir functions/ingest/_price.sql
\ir functions/ingest/set_price.sql
\ir functions/ingest/_ensure_event_day.sql
\ir functions/ingest/_final_usd.sql
\ir functions/ingest/_place.sql
\ir functions/ingest/_quarantine.sql
\ir functions/ingest/_cost_source.sql
\ir functions/ingest/_store_placed.sql
\ir functions/ingest/_store_batch.sql
\ir functions/ingest/_store_fresh.sql
\ir functions/ingest/_store.sql
\ir functions/ingest/_store_one.sql
\ir functions/ingest/_store_new.sql
-- aggregate: deltas folded into numbers, ends, costs
\ir functions/aggregate/_error_meaning.sql
\ir functions/aggregate/map_error_code.sql
\ir functions/aggregate/_percentiles.sql
\ir functions/aggregate/_refresh_percentiles.sql
\ir functions/aggregate/_fold.sql
\ir functions/aggregate/_put_metric.sql
\ir functions/aggregate/_put_metrics.sql
\ir functions/aggregate/_put_contactable.sql
\ir functions/aggregate/_open_stage.sql
\ir functions/aggregate/_close_stage.sql
\ir functions/aggregate/_close_run.sql
\ir functions/aggregate/_close_abandoned.sql
\ir functions/aggregate/recompute.sql
\ir functions/aggregate/reprice.sql
-- retention: days ahead, thinning
\ir functions/retention/_make_days_ahead.sql
\ir functions/retention/_captured.sql
\ir functions/retention/_thin_runs.sql
\ir functions/retention/_prune_quarantine.sql
-- report: what is read out of it
\ir functions/report/gaps.sql
\ir functions/report/_paired_events.sql
\ir functions/report/_compared_totals.sql
\ir functions/report/reconcile.sql
-- run: the door and its faces, the jobs
\ir functions/run/_check_end_status.sql
\ir functions/run/_lock_run.sql
\ir functions/run/_write_back_trace_url.sql
\ir functions/run/_sane_start.sql
\ir functions/run/_open_run.sql
\ir functions/run/_prepare_runs.sql
\ir functions/run/_with_tenants.sql
\ir functions/run/_apply_lifecycle.sql
\ir functions/run/_apply.sql
\ir functions/run/_adopt.sql
\ir functions/run/_enter.sql
\ir functions/run/log_event.sql
\ir functions/run/log_events.sql
\ir functions/run/_check_batch.sql
\ir functions/run/open_batch.sql
\ir functions/run/log_batch.sql
\ir functions/run/start_run.sql
\ir functions/run/start_stage.sql
\ir functions/run/finish_stage.sql
\ir functions/run/finish_run.sql
\ir functions/run/set_metric.sql
\ir functions/run/heartbeat.sql
\ir functions/run/discard_run.sql
\ir functions/run/_take_host_run.sql
\ir functions/run/_mirror_run.sql
\ir functions/run/_register_relation.sql
\ir functions/run/_unregister_relation.sql
\ir functions/run/_backfill_run.sql
\ir functions/run/attach_runs.sql
\ir functions/run/detach_runs.sql
\ir functions/run/_begin_job.sql
\ir functions/run/_end_job.sql
\ir functions/run/_fold_late.sql
\ir functions/run/_fold_waiting.sql
\ir functions/run/tick.sql
\ir functions/run/_cron_access.sql
\ir functions/run/_cron_launcher.sql
\ir functions/run/maintain.sql
\ir functions/run/_schedule_jobs.sql
\ir functions/run/start.sql
\ir functions/run/stop.sql
\ir functions/run/_status_age.sql
\ir functions/run/_status_jobs.sql
\ir functions/run/_status_cron_runs.sql
\ir functions/run/_status_cron.sql
\ir functions/run/_status_data.sql
\ir functions/run/_status_security.sql
\ir functions/run/status.sql

-- 4. Views
\ir views/run_overview.sql
\ir views/job_health.sql

-- 5. The schedule, as data, and the functions that hand it to pg_cron as obs_cron
\ir cron/jobs.sql
\ir cron/adapter.sql

-- 6. Who may do what
\ir schema/90_policies.sql
\ir schema/91_grants.sql
\ir schema/92_comments.sql

reset role;
reset client_min_messages;
reset standard_conforming_strings;
