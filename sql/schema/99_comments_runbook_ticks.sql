-- What the history of runbook steps and the view of what they are worth hold.
comment on table obs.runbook_ticks is
'Who ticked which step of an alert''s runbook, and who took that back: rows are only added.';
comment on column obs.runbook_ticks.tenant_id is 'Tenant that the alert belongs to; '''' is obs itself.';
comment on column obs.runbook_ticks.alert_id is 'Incident.';
comment on column obs.runbook_ticks.step is 'Number of the step: checks first, mitigation numbered on.';
comment on column obs.runbook_ticks.ordinal is 'Its place in the history of the step, from 1.';
comment on column obs.runbook_ticks.action is 'tick, untick, or note: something said to a step that is ticked already.';
comment on column obs.runbook_ticks.step_kind is 'check or mitigation.';
comment on column obs.runbook_ticks.step_fingerprint is 'MD5 of what the step said then.';
comment on column obs.runbook_ticks.runbook_code is 'Runbook.';
comment on column obs.runbook_ticks.note is 'What they said, without personal data.';
comment on column obs.runbook_ticks.done_by is 'Who: the role taken, or the login.';
comment on column obs.runbook_ticks.done_at is 'When, by the clock of obs.';

comment on column obs.runbook_efficacy.tenant_id is 'Tenant; '''' is obs itself.';
comment on column obs.runbook_efficacy.alert_code is 'Alert.';
comment on column obs.runbook_efficacy.runbook_code is 'Runbook.';
comment on column obs.runbook_efficacy.step is 'Number of the step.';
comment on column obs.runbook_efficacy.kind is 'check or mitigation.';
comment on column obs.runbook_efficacy.text is 'What the step says.';
comment on column obs.runbook_efficacy.ticked is 'Incidents, now over, in which it was ticked.';
comment on column obs.runbook_efficacy.incidents is 'All incidents of the alert that are over.';
comment on column obs.runbook_efficacy.resolved_within_1h is 'Of those ticked, over within an hour after the tick.';
comment on column obs.runbook_efficacy.ended is 'Of these, those in which no step was ticked after it.';
comment on column obs.runbook_efficacy.median_minutes_to_resolve is 'Median minutes from the tick to the end.';
