-- What the tables of QA mean, column by column.
comment on column obs.enrichment_runs.qa_tried_at is
'When the tick last tried to draw the run''s QA sample; NULL: it did not have to.';
comment on table obs.qa_draws is
'What was drawn of a run, once and for all: one row a stratum. random is the PRD''s sample, risk what was looked at besides.';
comment on column obs.qa_draws.tenant_id is 'Tenant.';
comment on column obs.qa_draws.run_id is 'Run.';
comment on column obs.qa_draws.stratum is
'random: drawn uniformly, what rates are counted from; risk: companies that most need a look, counted apart.';
comment on column obs.qa_draws.bucket is 'Bucket that was drawn from.';
comment on column obs.qa_draws.seed is 'Seed of the order: sha256 of seed, slash and company id; the first ones are drawn.';
comment on column obs.qa_draws.requested is 'How many companies should be drawn.';
comment on column obs.qa_draws.available is 'How many companies there were to draw from.';
comment on column obs.qa_draws.drawn is 'How many were drawn.';
comment on column obs.qa_draws.shortfall is 'How many were missing.';
comment on column obs.qa_draws.source is 'Who gave the buckets: events, host (the registered view) or both.';
comment on column obs.qa_draws.drawn_at is 'When it was drawn, by the real clock.';

comment on table obs.qa_samples is
'Companies drawn for people to judge, with the checklist as far as a machine can fill it. No text of the company is kept.';
comment on column obs.qa_samples.run_id is 'Run.';
comment on column obs.qa_samples.tenant_id is 'Tenant.';
comment on column obs.qa_samples.company_id is 'Company.';
comment on column obs.qa_samples.bucket is 'Its bucket when it was drawn.';
comment on column obs.qa_samples.checks is
'domain, about, contacts, rationale: each with verdict (pass, fail, unknown), reason, by (machine or the reviewer), and the '
'length and keyed hash of the text it is about.';
comment on column obs.qa_samples.result is 'pass, fail, or needs_review until somebody has judged it.';
comment on column obs.qa_samples.notes is 'What the reviewer noted, redacted.';
comment on column obs.qa_samples.created_at is 'When it was drawn.';
comment on column obs.qa_samples.stratum is 'Stratum it was drawn in.';
comment on column obs.qa_samples.draw_rank is 'Place in the draw, from 1.';
comment on column obs.qa_samples.checklist_version is 'Version of the checklist that it is judged by.';
comment on column obs.qa_samples.double_review is 'Whether two people judge it.';
comment on column obs.qa_samples.claimed_by is 'Who holds it for review now.';
comment on column obs.qa_samples.claimed_until is 'Until when.';
comment on column obs.qa_samples.reviewer is 'Who gave the result.';
comment on column obs.qa_samples.reviewed_at is 'When.';
comment on column obs.qa_samples.revision is 'Counts changes; a review names the one it was made on.';

comment on table obs.qa_reviews is 'Every review that was ever given; of each reviewer the newest counts.';
comment on column obs.qa_reviews.tenant_id is 'Tenant.';
comment on column obs.qa_reviews.review_id is 'Number of the review.';
comment on column obs.qa_reviews.run_id is 'Run.';
comment on column obs.qa_reviews.company_id is 'Company.';
comment on column obs.qa_reviews.reviewer is 'Login that judged.';
comment on column obs.qa_reviews.result is 'pass, fail or needs_review.';
comment on column obs.qa_reviews.checks is 'The reviewer''s own verdicts on the checks.';
comment on column obs.qa_reviews.notes is 'What the reviewer noted, redacted.';
comment on column obs.qa_reviews.reviewed_at is 'When.';

comment on table obs.qa_follow_ups is 'What follows from a sample that fell short: one row a run, closed with a reason.';
comment on column obs.qa_follow_ups.tenant_id is 'Tenant.';
comment on column obs.qa_follow_ups.run_id is 'Run.';
comment on column obs.qa_follow_ups.opened_at is 'When it was opened.';
comment on column obs.qa_follow_ups.passed is 'Samples that had passed then.';
comment on column obs.qa_follow_ups.failed is 'Samples that had failed then.';
comment on column obs.qa_follow_ups.pending is 'Samples nobody had judged then.';
comment on column obs.qa_follow_ups.summary is 'One sentence for people.';
comment on column obs.qa_follow_ups.closed_at is 'When it was closed; NULL while it is open.';
comment on column obs.qa_follow_ups.closed_by is 'Who closed it.';
comment on column obs.qa_follow_ups.close_reason is 'Why.';

comment on table obs.qa_sources is
'Views of the host that samples are read from when they are drawn, as obs_host; of a tenant, or (tenant_id NULL) of all.';
comment on column obs.qa_sources.tenant_id is 'Tenant; NULL: all.';
comment on column obs.qa_sources.relation is 'Qualified name of the view.';
comment on column obs.qa_sources.registered_by is 'Who registered it.';
comment on column obs.qa_sources.registered_at is 'When.';
comment on column obs.qa_sources.last_read_at is 'When it was read last.';
comment on column obs.qa_sources.last_ms is 'How long that took, milliseconds; over 5000 it is not read by a finish any more.';
comment on column obs.qa_sources.last_error is 'SQLSTATE with which that failed; NULL: it did not.';

comment on table obs.webmail_domains is 'Domains of personal mail, as hashes; of a tenant, or (tenant_id NULL) of all.';
comment on column obs.webmail_domains.tenant_id is 'Tenant; NULL: all.';
comment on column obs.webmail_domains.domain_hash is 'SHA-256 of the lower-cased domain.';
comment on column obs.webmail_domains.loaded_at is 'When it was loaded.';
