-- The runbooks, as data: a newer version of obs renews its own; codes of others stay.
insert into obs.runbooks as r (runbook_code, title, unit, symptom, checks, mitigation, next_step)
values
(
    'MV-01', 'MV Refresh Failure', 'number',
    'Alert fired; no `mv_refresh` success; `/logs` show SQL errors.',
    array[
        'Connection to DB: `psql -c ''select 1''` with the pipeline''s own connection string.',
        'Locks on MV: `mv_blocked` names the session and its query.',
        'Recent DDL: `mv_changed` compares the definition with that of the last good run.',
        'Privileges and index: `mv_privileges`, `mv_ready`. A concurrent refresh needs a unique index over plain columns.',
        'Rerun `REFRESH MATERIALIZED VIEW CONCURRENTLY icp_candidate_companies;` as the view''s owner.'
    ],
    array[
        'Run `scripts/refresh_icp_mv.py`.',
        'If schema drift, re-apply migrations, then refresh again.',
        'Start the run again: stages after the refresh worked on old candidates.'
    ],
    'rerun REFRESH MATERIALIZED VIEW CONCURRENTLY icp_candidate_companies and read the error'
),
(
    'CR-02', 'Crawl Error Rate High', 'ratio',
    '`crawl` error rate >30%.',
    array[
        'Robots blocks, DNS failures, TLS errors: `crawl_errors` splits the failures and compares them with the last seven runs.',
        'One domain or many: `crawl_domains`.',
        'Domain min interval config `CRAWLER_DOMAIN_MIN_INTERVAL_S`: `crawl_settings` compares it with the last good run.'
    ],
    array[
        'Increase delay: raise `CRAWLER_DOMAIN_MIN_INTERVAL_S`.',
        'Reduce concurrency.',
        'Enable Tavily fallback earlier.',
        'Re-run affected batch: `crawl_rerun` lists the companies.'
    ],
    'crawl one of the failing companies by hand and read the error'
),
(
    'VQ-03', 'Lusha/ZeroBounce Quota', 'number',
    '`quota_exhausted` or HTTP 402/429.',
    array[
        'Key validity: `vendor_key`.',
        'Current quotas: `vendor_limits` says how many calls met 402 or 429, and since when; look at the vendor''s console too.',
        'Recent usage spikes: `vendor_usage` compares with the last seven runs and says how long the rest lasts.'
    ],
    array[
        'Skip vendor gracefully.',
        'Reduce contacts weighting in score.',
        'Retry next night.',
        'If urgent, top-up quota.'
    ],
    'look at the quota in the vendor''s console; let the pipeline skip this vendor tonight'
),
(
    'OA-04', 'OpenAI Rate Limit', 'number',
    'Rate limit hits; latency spikes.',
    array[
        'Model usage and token bursts: `token_bursts` finds the worst minute and compares it with the last three runs.',
        'Parallelism: `parallel_calls` counts calls that overlapped.',
        'Usage and limits of the key: `vendor_limits`; compare with the limits page of the OpenAI account.'
    ],
    array[
        'Backoff with jitter.',
        'Lower concurrency.',
        'Switch to fallback model temporarily.'
    ],
    'lower the concurrency of scoring and back off with jitter'
),
(
    'CC-05', 'Candidate Count Low', 'number',
    'Post-filter below floor.',
    array[
        '`icp_rules` validity: `icp_rules` says whether they are there and as they were at the last good run.',
        'MV contents: `candidate_source` compares what the view gave with the last seven runs.',
        'Which filter takes them: `candidate_funnel`.',
        'Industry resolution fallback path engaged: `industry_fallback`.'
    ],
    array[
        'Widen filters.',
        'Refresh staging data.',
        'Enable industry-only fallback.',
        'Verify `icp_rules` persisted.'
    ],
    'count the rows of icp_candidate_companies for this tenant and look at its icp_rules'
),
(
    'OE-06', 'Odoo Export Errors', 'number',
    'Export stage errors or `ready=false`.',
    array[
        '`odoo_connections` mapping: `odoo_mapping` says whether the tenant has one and what it lacks.',
        'DB availability: `export_errors` tells connection failures from refusals.',
        '`autopost_bills` default constraints: `odoo_defaults` names the column or constraint that refuses.'
    ],
    array[
        'Set sane defaults.',
        'Skip non-essential fields.',
        'Verify credentials.',
        'Re-run export only: `export_rerun` lists the companies.'
    ],
    'export one of the failed companies by hand and read the error'
),
(
    'QA-07', 'QA Pass Rate Low', 'ratio',
    'Pass rate of the reviewed sample <80%.',
    array[
        'Which check of the list fails most, domain, about text, contacts or rationale: `qa_sample`, with the failed companies.',
        'Whether the failures share a source, a model or a prompt that changed since the last good run.',
        'Whether enough rows are reviewed: pending ones say nothing about the rate.'
    ],
    array[
        'Mend the source or the prompt; score the failing companies again.',
        'Close the follow-up, which ends the alert: `select obs.close_follow_up(run, reason);`. Reviews corrected later do not.',
        'Review the next run''s sample; `pooled_verdict` of `obs.qa_run_status` says whether five runs make a low rate certain.'
    ],
    'read the notes of the failed reviews'
),
(
    'SL-08', 'SLO Budget Spent', 'ratio',
    'A service level objective is missed, or will be within its window at this speed.',
    array[
        'Which objective, by how much: `select * from obs.slo_status where state = ''breach''`; how sure: `low` and `high`.',
        'Which nights spent the budget: `select * from obs.slo_nights where not succeeded order by at desc`.',
        'Slow runs, failed crawls, companies without an address: `select * from obs.dash_tenant_overview`, `obs.dash_quality`.',
        'Pages that waited: `select * from obs.alerts where severity = ''page'' order by fired_at desc`.'
    ],
    array[
        'Mend the cause that spent most, by its own runbook.',
        'Hold back risky changes until the budget recovers.'
    ],
    'find the runs that spent most of the budget'
),
(
    'WD-09', 'Watcher Is Blind', 'number',
    'obs itself does not look: a job is late, no forwarder listens, a rule fails, or notifications wait.',
    array[
        'Status: `select * from obs.status();` names what is wrong.',
        'Jobs: `jobs_late` names those that did not succeed in time.',
        'Forwarder: is the process alive, does it reach the database and the channels?'
    ],
    array[
        'Start pg_cron or the scheduler again; `select obs.tick();` catches up.',
        'Start the forwarder again: what waits is sent, nothing is lost.',
        'Until both run, look at the alerts by hand: `select * from obs.alerts where resolved_at is null;`.'
    ],
    'look at select * from obs.status();'
),
(
    'C-10', 'Cost Above Daily Cap', 'usd',
    'The runs of the day cost more than the tenant''s cap.',
    array[
        'Which vendor or model: `select vendor, model, sum(cost_usd_exact) from obs.run_model_usage … group by 1, 2`.',
        'More calls or dearer ones: compare calls and tokens a company with the last runs.',
        'Whether a price card changed.'
    ],
    array[
        'Stop or cap the vendor that grew.',
        'Switch to a cheaper model.',
        'Raise the cap when the cost is meant: `obs.set_threshold`.'
    ],
    'find the vendor or model that costs most today'
),
(
    'UP-11', 'Calls Without a Price', 'number',
    'Vendor calls count without cost, because no price is known for them.',
    array[
        'Which vendors and models: `unpriced_calls`.',
        'Whether the vendor reports the cost itself, and the pipeline drops it.'
    ],
    array[
        'Set the price: `obs.set_price(…)`.',
        'Reprice what was logged since: `obs.reprice(…)`.'
    ],
    'set the price of the vendor or model, then reprice'
),
(
    'RC-12', 'Log and Database Differ', 'ratio',
    'Totals of a run differ by more than 2% from its log.',
    array[
        'Event by event: `obs reconcile RUN FILE…` names what is missing, extra or different.',
        'Events that never arrived: `select * from obs.gaps(run);`.',
        'Quarantine: `select reason, count(*) from obs.quarantined_events group by 1;`.'
    ],
    array[
        'Import the log again: `obs import FILE…` takes each event once.',
        'Count anew: `select * from obs.recompute(run);`.'
    ],
    'run obs reconcile with the log files of the run'
),
(
    'RN-13', 'Run Hung, Crashed or Incomplete', 'number',
    'A run shows no sign of life, ended as crashed, never started, or lacks events.',
    array[
        'Last sign of life and the stage it was in: `run_life`.',
        'The host''s log and process list of that moment: out of memory, deploy, reboot?',
        'Whether a vendor or a lock keeps it waiting.'
    ],
    array[
        'End what hangs; start the run again.',
        'Send missing events again from the spool or the log files: `obs import FILE…`.',
        'Take back a run that must not count: `obs.discard_run(run)`.'
    ],
    'look at the host''s log at the run''s last sign of life'
),
(
    'PV-14', 'Redaction Let Something Through', 'number',
    'A canary of a run would have been stored raw, or an audit found personal data or a secret in the schema.',
    array[
        'Which kinds of canary came through: `canaries_missed`.',
        'Where raw data stands: `audit_findings`; anew: `select obs.privacy_audit();`.',
        'Which functions of obs differ from the release: compare `pg_get_functiondef` with the source tree.',
        'Whether the log files hold it too: `obs privacy audit --logs DIR`.'
    ],
    array[
        'Bring the rules back: install obs again, it replaces every function.',
        'Take away what came in: `obs.discard_run(run)` and import its redacted log, or `obs.forget_email(tenant, address)`.',
        'Prove it: `select obs.privacy_audit();` must say clean; the next run''s end resolves the alert.',
        'Stop the pipeline until then when real people are concerned.'
    ],
    'install obs again, then run obs.privacy_audit()'
)
on conflict (runbook_code) do update set
    title = excluded.title, unit = excluded.unit, symptom = excluded.symptom, checks = excluded.checks,
    mitigation = excluded.mitigation, next_step = excluded.next_step, version = r.version + 1, updated_at = clock_timestamp()
where (r.title, r.unit, r.symptom, r.checks, r.mitigation, r.next_step)
    is distinct from (
        excluded.title, excluded.unit, excluded.symptom, excluded.checks, excluded.mitigation, excluded.next_step
    );

insert into obs.runbook_checks as c (runbook_code, check_name, place, question)
values
('MV-01', 'mv_blocked', 1, 'Does a session hold a lock that the refresh waits for? Its pid and query.'),
('MV-01', 'mv_changed', 2, 'Has the view''s definition changed since the last good run?'),
('MV-01', 'mv_ready', 3, 'Is it populated, and is the unique index there?'),
('MV-01', 'mv_privileges', 4, 'May its owner read all that it reads?'),
('MV-01', 'mv_errors', 5, 'What did the refresh itself say?'),
('CR-02', 'crawl_errors', 1, 'Which class of failures (robots, DNS, TLS, HTTP, …) grew against the last seven runs?'),
('CR-02', 'crawl_domains', 2, 'Which domains fail most; is one of them the failure?'),
('CR-02', 'crawl_settings', 3, 'Does the crawler go faster than at the last good run?'),
('CR-02', 'crawl_rerun', 4, 'Which companies have to be crawled again?'),
('VQ-03', 'vendor_limits', 1, 'How many calls met 402 or 429, and from which minute on?'),
('VQ-03', 'vendor_usage', 2, 'How fast is it used against the last seven runs, and how long does the rest last?'),
('VQ-03', 'vendor_key', 3, 'Does the vendor take the key?'),
('OA-04', 'token_bursts', 1, 'Was it a burst of tokens: the worst minute against the last three runs?'),
('OA-04', 'parallel_calls', 2, 'Did more calls overlap than in the last three runs?'),
('OA-04', 'vendor_limits', 3, 'How many calls met 429, and from which minute on?'),
('CC-05', 'candidate_funnel', 1, 'Which filter takes more candidates than usual?'),
('CC-05', 'icp_rules', 2, 'Are the rules there, with the checksum of the last good run?'),
('CC-05', 'candidate_source', 3, 'Did the view give fewer candidates than in the last seven runs?'),
('CC-05', 'industry_fallback', 4, 'Was the industry-only fallback engaged?'),
('OE-06', 'odoo_mapping', 1, 'Is the tenant''s mapping there, with the values that exports are refused for?'),
('OE-06', 'odoo_defaults', 2, 'Which default or constraint refuses, autopost_bills before all?'),
('OE-06', 'export_errors', 3, 'Which class of failures grew against the last seven runs?'),
('OE-06', 'export_rerun', 4, 'Which companies have to be exported again?'),
('QA-07', 'qa_sample', 1, 'Which check failed most among the companies that reviewers failed?'),
('WD-09', 'jobs_late', 1, 'Which job of obs did not succeed in time?'),
('UP-11', 'unpriced_calls', 1, 'Which vendors and models have no price?'),
('RN-13', 'run_life', 1, 'Where did the run stop, and what is missing of it?'),
('PV-14', 'canaries_missed', 1, 'Which rules of redaction let their canary through?'),
('PV-14', 'audit_findings', 2, 'In which tables and columns does an audit find raw data?')
on conflict (runbook_code, check_name) do update set place = excluded.place, question = excluded.question
where (c.place, c.question) is distinct from (excluded.place, excluded.question);
