-- What the columns of QA's views are.

comment on column obs.qa_worklist.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.qa_worklist.run_id is 'Run that it was drawn of.';
comment on column obs.qa_worklist.kind is 'Kind of the run.';
comment on column obs.qa_worklist.started_at is 'When the run started.';
comment on column obs.qa_worklist.company_id is 'Company that was drawn.';
comment on column obs.qa_worklist.bucket is 'Bucket of the company in the run.';
comment on column obs.qa_worklist.stratum is 'random: counts for the rate; risk: reported apart.';
comment on column obs.qa_worklist.draw_rank is 'Place in the draw.';
comment on column obs.qa_worklist.domain_verdict is 'Check domain: pass, fail or unknown.';
comment on column obs.qa_worklist.domain_reason is 'Why.';
comment on column obs.qa_worklist.about_verdict is 'Check of the about text: pass, fail or unknown.';
comment on column obs.qa_worklist.about_reason is 'Why.';
comment on column obs.qa_worklist.contacts_verdict is 'Check of the contacts: pass, fail or unknown.';
comment on column obs.qa_worklist.contacts_reason is 'Why.';
comment on column obs.qa_worklist.rationale_verdict is 'Check of the rationale: pass, fail or unknown.';
comment on column obs.qa_worklist.rationale_reason is 'Why.';
comment on column obs.qa_worklist.notes is 'Notes of the last review, without personal data.';
comment on column obs.qa_worklist.claimed_by is 'Who has claimed it; NULL when nobody''s claim is alive.';
comment on column obs.qa_worklist.claimed_until is 'When the claim ends.';
comment on column obs.qa_worklist.age is 'Time since it was drawn.';
comment on column obs.qa_worklist.needs_second_review is 'One person has reviewed it, another must.';
comment on column obs.qa_worklist.revision is 'Grows by one with each review; pass it to obs.qa_review.';

comment on column obs.qa_run_status.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.qa_run_status.run_id is 'Run, unique within its tenant.';
comment on column obs.qa_run_status.kind is 'Kind of the run.';
comment on column obs.qa_run_status.started_at is 'When the run started.';
comment on column obs.qa_run_status.drawn is 'Companies of the random sample.';
comment on column obs.qa_run_status.shortfall is 'How many of the companies asked for were not there.';
comment on column obs.qa_run_status.passed is 'Of the random sample, passed.';
comment on column obs.qa_run_status.failed is 'Of the random sample, failed.';
comment on column obs.qa_run_status.pending is 'Of the random sample, not decided yet.';
comment on column obs.qa_run_status.pass_rate is 'passed / (passed + failed), 0 to 1; NULL before the first verdict.';
comment on column obs.qa_run_status.best_rate is '(passed + pending) / drawn: the rate that can still be reached.';
comment on column obs.qa_run_status.threshold is 'Threshold of QA-07 in force for the tenant.';
comment on column obs.qa_run_status.flagged is 'best_rate is below the threshold now.';
comment on column obs.qa_run_status.follow_up is 'open, closed, or NULL where none was opened.';
comment on column obs.qa_run_status.risk_drawn is 'Companies drawn by risk.';
comment on column obs.qa_run_status.risk_passed is 'Of these, passed.';
comment on column obs.qa_run_status.risk_failed is 'Of these, failed.';
comment on column obs.qa_run_status.risk_pending is 'Of these, not decided yet.';
comment on column obs.qa_run_status.pooled_runs is
'Runs of the same tenant and kind that pooled_* speak for, this one and at most four before it.';
comment on column obs.qa_run_status.pooled_n is 'Verdicts in them.';
comment on column obs.qa_run_status.pooled_rate is 'Share of these that passed; NULL for none.';
comment on column obs.qa_run_status.pooled_low is 'Lower end of its 95 % interval (Wilson); NULL for none.';
comment on column obs.qa_run_status.pooled_high is 'Upper end of the same.';
comment on column obs.qa_run_status.pooled_verdict is
'ok: the whole interval is at or above the threshold; low: all of it is below; unsure otherwise.';
comment on column obs.qa_run_status.pooled_text is 'The same as a sentence.';

comment on column obs.qa_agreement.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.qa_agreement.pairs is 'Companies that two persons have judged.';
comment on column obs.qa_agreement.agreed is 'Of these, judged alike.';
comment on column obs.qa_agreement.observed_agreement is 'agreed / pairs, 0 to 1.';
comment on column obs.qa_agreement.chance_agreement is 'Agreement that chance alone would give, 0 to 1.';
comment on column obs.qa_agreement.kappa is 'Cohen''s kappa, -1 to 1; NULL when both always said the same word.';
