-- The access matrix. Whatever is not named here, nobody but the owner may do; PUBLIC may do nothing.
-- Partitions are granted to nobody: they are read through the parent alone.
revoke all on schema obs from public;
grant usage on schema obs to obs_writer, obs_reader, obs_reviewer, obs_ops, obs_forwarder, obs_bi, obs_admin, obs_cron;

do $functions$
declare
    v_function regprocedure;
begin
    -- One by one: the functions of obs_cron are its own to grant, which cron/adapter.sql does.
    for v_function in
        select p.oid from pg_proc p where p.pronamespace = 'obs'::regnamespace and p.proowner = 'obs_owner'::regrole
    loop
        execute format('revoke all on routine %s from public', v_function);
    end loop;
end
$functions$;
revoke all on all tables in schema obs from public;

-- Everybody with a role of obs
grant execute on function
obs.now(), obs._moved_now(), obs._asker(), obs.version(), obs.visible_tenants()
to obs_writer, obs_reader, obs_reviewer, obs_ops, obs_forwarder, obs_bi, obs_admin, obs_cron;

-- Writers call functions and read nothing
grant execute on function
obs.start_run(text, text, text, timestamptz, text, jsonb),
obs.start_stage(text, text, int, text, timestamptz),
obs.finish_stage(text, text, text, bigint, text),
obs.finish_run(text, text, text, timestamptz),
obs.set_metric(text, text, numeric, text, text),
obs.heartbeat(text, text),
obs.log_event(
    text, text, text, text, text, numeric, text, text, text, text, numeric, bigint, bigint, text, jsonb, text, text, uuid,
    timestamptz, text
),
obs.log_events(jsonb, text),
obs.open_batch(),
obs.log_batch(int),
obs.keep_content(text, text, text, text, text)
to obs_writer, obs_admin;
grant usage on type obs.event to obs_writer, obs_admin;

-- Readers and BI see their tenants' rows; ops all tenants'; administrators also what has no tenant
grant select on
obs.tenants, obs.settings, obs.extra_keys, obs.price_cards, obs.vendor_error_codes,
obs.enrichment_runs, obs.run_stage_stats, obs.run_vendor_usage, obs.run_model_usage, obs.run_error_codes, obs.run_metrics,
obs.latency_buckets, obs.run_event_logs, obs.quarantined_events, obs.run_holds, obs.run_overview,
obs.dash_tenant_overview, obs.dash_vendor_usage, obs.dash_quality, obs.dash_rationale_lengths, obs.dash_latency,
obs.dash_latency_heatmap, obs.nightly_runs, obs.last_night
to obs_reader, obs_bi, obs_ops, obs_admin;
grant select on
obs.tenant_roles, obs.audit_log, obs.stage_deltas, obs.jobs, obs.event_days, obs.schema_migrations, obs.attached_relations,
obs.job_health
to obs_ops, obs_admin;
-- Percentiles run with the rights of who asks; texts that events share are read like the events
grant select on obs.error_texts, obs.content_hashes to obs_reader, obs_bi, obs_ops, obs_admin;
grant select on obs.retained_content to obs_reader, obs_ops, obs_admin;
grant select on obs.alert_replay_starts to obs_ops, obs_admin;
grant execute on function
obs.percentile(text, numeric, timestamptz, timestamptz, text[], text), obs.error_text(text, text),
obs.bucket_bounds(int), obs._night(timestamptz, text)
to obs_reader, obs_bi, obs_ops, obs_admin;
-- What is shown of runs, with the rights of who asks: so are its helpers
grant execute on function
obs.run_stats(text, text), obs.shortlist_status(text), obs.run_events_csv(text, text),
obs._find_tenant(text, text, text[]), obs._resolve_tenant(text, text, text[]), obs._first_error(text, text, date),
obs._exemplars(text, text, date), obs._qa_stats(text, text), obs._csv_cell(text), obs._run_with_events(text, text),
obs.metrics_text(), obs._metric_families(), obs._metric_samples(int), obs._label(text, text)
to obs_reader, obs_bi, obs_ops, obs_admin;
grant execute on function obs.recompute(text, text), obs.gaps(text, text), obs.reconcile(text, jsonb, text)
to obs_reader, obs_ops, obs_admin;

-- What happened in a run and what changed: read with the rights of who asks
grant execute on function
obs.explain(text, text, text), obs._resolve_tenant(text, text, text[]), obs._find_tenant(text, text, text[]),
obs._good_run_before(obs.enrichment_runs), obs._cost_cells(obs.enrichment_runs), obs._stage_times(obs.enrichment_runs),
obs._explain_cost(obs.enrichment_runs, obs.enrichment_runs),
obs._explain_duration(obs.enrichment_runs, obs.enrichment_runs),
obs._explain_errors(obs.enrichment_runs, obs.enrichment_runs),
obs.timeline(text, text), obs.silences(text, text, interval),
obs._run_changes(obs.enrichment_runs, timestamptz, text), obs._run_failures(obs.enrichment_runs),
obs._error_meaning(text, text, text)
to obs_reader, obs_bi, obs_ops, obs_admin;

-- Reports of nights, and who mails each of them
grant select on obs.night_mails to obs_ops, obs_admin;
grant execute on function obs._runbook_url(text, text) to obs_reader, obs_bi, obs_ops, obs_admin;
grant execute on function
obs.claim_night_mail(text, date, text[]), obs.end_night_mail(text, date, text[], boolean)
to obs_reader, obs_ops, obs_admin;

-- Watching: expected runs and advice; a view calls its functions with the rights of who asks
grant execute on function obs.advice(text, text, text)
to obs_writer, obs_reader, obs_bi, obs_ops, obs_admin;
grant select on obs.expected_runs, obs.vendor_advice to obs_reader, obs_bi, obs_ops, obs_admin;
grant select on obs.run_signs, obs.expected_run_status to obs_ops, obs_admin;
grant execute on function
obs._setting(text, text), obs._last_due(text, text, timestamptz), obs._due_of(text, text, timestamptz),
obs._refreshes(text, text), obs._mv_01_speaks(text, text, timestamptz)
to obs_ops, obs_admin;

-- Objectives: what a tenant's readers see of them is counted from what they see
grant select on obs.slo_targets, obs.slo_nights, obs.slo_status, obs.run_forecast to obs_reader, obs_bi, obs_ops, obs_admin;
grant execute on function
obs._dues(text, text, timestamptz, timestamptz), obs._next_due(text, text, timestamptz),
obs._due(text, text, timestamptz, boolean), obs._cron_sets(text), obs._cron_field(text, int, int, text[])
to obs_reader, obs_bi, obs_ops, obs_admin;

-- Alerts: readers see their tenants' and take them; what reaches several tenants is for ops
grant select on
obs.alert_rules, obs.alert_thresholds, obs.alert_observations, obs.alerts, obs.alert_transitions, obs.alert_silences,
obs.alert_active, obs.alert_response
to obs_reader, obs_bi, obs_ops, obs_admin;
grant select on
obs.alert_states, obs.alert_groups, obs.runs_to_judge, obs.notifications, obs.notification_threads, obs.notification_routes,
obs.forwarders, obs.cluster,
obs.condition_mv_01, obs.condition_cr_02, obs.condition_vq_03, obs.condition_oa_04, obs.condition_cc_05, obs.condition_oe_06,
obs.condition_qa_07, obs.condition_wd_09, obs.condition_c_10, obs.condition_up_11, obs.condition_rc_12, obs.condition_rn_13,
obs.condition_pv_14, obs.condition_sl_08
to obs_ops, obs_admin;
grant execute on function
obs._judge(text, text, numeric, numeric), obs._verdict(jsonb, numeric, numeric), obs._alert_params(text, text)
to obs_ops, obs_admin;
grant execute on function
obs.ack(bigint, text),
obs.backtest(text, timestamptz, timestamptz, jsonb, text),
obs.backtest_sweep(text, text, numeric[], timestamptz, timestamptz, jsonb, text)
to obs_reader, obs_ops, obs_admin;
grant execute on function
obs.silence(text, interval, text, text, text, timestamptz, boolean),
obs.unsilence(bigint),
obs.evaluate_alerts(text),
obs.simulate(text, text)
to obs_ops, obs_admin;
grant execute on function obs.flush_notifications() to obs_forwarder, obs_ops, obs_admin;
grant execute on function
obs.registered_conditions(), obs.report_condition(text, jsonb, text), obs.tick(int)
to obs_forwarder;
grant execute on function
obs.set_threshold(text, text, numeric, text),
obs.register_condition(text, text, regclass, text, numeric)
to obs_admin;
-- Proof of privacy: readers see what became of their tenants' canaries and audits; what searches or destroys is for ops and
-- administrators
grant select on obs.privacy_canaries, obs.privacy_audits to obs_reader, obs_bi, obs_ops, obs_admin;
grant select on obs.forgotten_emails to obs_ops, obs_admin;
grant execute on function obs._standing_audits(text), obs.privacy_audit(text, timestamptz) to obs_ops, obs_admin;
-- Runbooks and diagnosis: readers for alerts of their tenants, forwarders for all that they carry
grant select on obs.runbooks, obs.runbook_checks, obs.host_snapshots to obs_reader, obs_bi, obs_ops, obs_admin;
grant execute on function obs.diagnose(bigint) to obs_reader, obs_ops, obs_admin;
grant execute on function obs.runbook(text), obs.checks_of(bigint), obs.run_check(bigint, text)
to obs_reader, obs_ops, obs_forwarder, obs_admin;
grant execute on function obs.keep_evidence(bigint, jsonb) to obs_forwarder;
-- Steps ticked: readers for alerts of their tenants; what was done is read like the alerts
-- The page of an alert says the same as its messages, of what the reader sees.
grant execute on function
obs._amount(numeric, text), obs._blast_radius(bigint[], text[]), obs._last_good_run(obs.alerts)
to obs_reader, obs_ops, obs_admin;
grant select on obs.runbook_ticks, obs.runbook_efficacy to obs_reader, obs_bi, obs_ops, obs_admin;
grant execute on function
obs.runbook_steps(bigint), obs.next_steps(bigint), obs.tick_step(bigint, int, text), obs.untick_step(bigint, int)
to obs_reader, obs_ops, obs_admin;
-- Forwarders call functions and read nothing
grant execute on function
obs.claim_notifications(text, text[], int, interval),
obs.notification_message(bigint),
obs.complete_notification(bigint, text, jsonb),
obs.fail_notification(bigint, text, text, interval, boolean),
obs.forwarder_beat(text, text[], jsonb, boolean)
to obs_forwarder, obs_admin;
grant execute on function obs.route_preview(bigint) to obs_ops, obs_admin;

-- QA: reviewers see and judge the samples of their tenants, and nothing else of them but runs and thresholds
grant execute on function obs._find_tenant(text, text, text[]), obs._resolve_tenant(text, text, text[]) to obs_reviewer;
grant select on
obs.qa_draws, obs.qa_samples, obs.qa_reviews, obs.qa_follow_ups, obs.qa_worklist, obs.qa_run_status, obs.qa_agreement
to obs_reader, obs_reviewer, obs_bi, obs_ops, obs_admin;
grant select on obs.enrichment_runs, obs.alert_thresholds to obs_reviewer;
grant execute on function
obs.qa_claim(int, text, text),
obs.qa_release(text, text, text),
obs.qa_review(text, text, text, text, jsonb, int, text)
to obs_reviewer, obs_ops, obs_admin;
grant execute on function obs.close_follow_up(text, text, text) to obs_ops, obs_admin;

-- The jobs
grant execute on function obs.tick(int), obs.maintain() to obs_cron, obs_ops, obs_admin;
grant execute on function obs.maintenance_steps(), obs.maintain_step(text), obs.end_maintenance(timestamptz, jsonb)
to obs_cron, obs_ops, obs_admin;
grant execute on procedure obs.maintain_by_steps() to obs_cron, obs_ops, obs_admin;
grant execute on function obs.start(), obs.stop(), obs.status(), obs._schedule_jobs() to obs_ops, obs_admin;

-- Administration
grant execute on function
obs.create_tenant(text, text, text),
obs.grant_access(name, text),
obs.revoke_access(name, text),
obs.set_setting(text, jsonb, text),
obs.allow_extra_key(text, text),
obs.set_price(text, text, numeric, bigint, text, text, timestamptz, text),
obs.map_error_code(text, text, text, text),
obs.expect(text, text, text, interval, text, text),
obs.unexpect(text, text),
obs.reprice(timestamptz, timestamptz, text),
obs.discard_run(text, text, text),
obs.hold_run(text, text, text),
obs.release_run(text, text),
obs.email_hashes(text, text),
obs.forget_email(text, text),
obs.shred_tenant(text, text),
obs.rotate_pepper(text),
obs.set_route(text, text, text[], text[], int[], time, time, text, text, text),
obs.drop_route(text, text),
obs.accept_cluster(boolean),
obs.attach_runs(regclass, jsonb),
obs.detach_runs(regclass),
obs._register_relation(regclass, jsonb),
obs._unregister_relation(regclass),
obs._backfill_run(regclass, jsonb),
obs._mirror_run(),
obs._relation_name(regclass)
to obs_admin;

-- QA: what is drawn and by which lists and views, to who runs obs
grant select on obs.qa_sources, obs.webmail_domains to obs_ops, obs_admin;
grant execute on function obs.sample_qa(text, text) to obs_ops, obs_admin;
grant execute on function obs.register_qa_source(regclass, text), obs.load_webmail_domains(text[], text) to obs_admin;

-- The matrix holds: no function of obs may be called by PUBLIC, whatever order the files came in.
do $check$
begin
    if exists (
        select from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where p.pronamespace = 'obs'::regnamespace and a.grantee = 0
    ) then
        raise exception 'a function of obs may be called by PUBLIC: the grants file is incomplete';
    end if;
end
$check$;
