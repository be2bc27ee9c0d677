-- What the tables and views of alerts are, column by column.

comment on table obs.alert_rules is 'Alert rules: what is judged, how severe it is, which runbook helps.';
comment on column obs.alert_rules.alert_code is 'Code of the alert, as in the runbooks.';
comment on column obs.alert_rules.title is 'What it means, in a few words.';
comment on column obs.alert_rules.condition is 'View that judges it; NULL: not judged yet.';
comment on column obs.alert_rules.scope is 'run: judged when a run changes; standing: by the tick alone.';
comment on column obs.alert_rules.stages is 'Stages whose end judges it; NULL: any.';
comment on column obs.alert_rules.comparison is 'How value and threshold are compared for a breach.';
comment on column obs.alert_rules.severity is 'page, warning or ticket.';
comment on column obs.alert_rules.escalated_severity is 'Severity beyond escalate_at; NULL: none.';
comment on column obs.alert_rules.across_tenants is 'Told in one message for all tenants, by subject.';
comment on column obs.alert_rules.inhibited_by is 'Alerts of the same tenant and subject that mute this one while they fire.';
comment on column obs.alert_rules.runbook_code is 'Runbook of the alert.';
comment on column obs.alert_rules.is_user_defined is 'Registered by obs.register_condition.';
comment on column obs.alert_rules.version is 'Grows with every change of the rule.';
comment on column obs.alert_rules.error_sqlstate is 'SQLSTATE of the condition''s last failure; NULL while it works.';
comment on column obs.alert_rules.error_at is 'When it failed.';
comment on column obs.alert_rules.updated_by is 'Who changed it last.';
comment on column obs.alert_rules.updated_at is 'When it changed last.';

comment on table obs.alert_thresholds is 'Numbers of the rules: a tenant''s own beat the global ones.';
comment on column obs.alert_thresholds.tenant_id is 'Tenant, or NULL for all.';
comment on column obs.alert_thresholds.alert_code is 'Alert they belong to.';
comment on column obs.alert_thresholds.name is
'threshold, escalate_at, min_sample, enabled (0 or 1), for_s, keep_firing_s, repeat_s, group_interval_s, '
'flap_window_s (seconds); version counts changes.';
comment on column obs.alert_thresholds.value is 'The number.';
comment on column obs.alert_thresholds.updated_by is 'Who set it.';
comment on column obs.alert_thresholds.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.alert_observations is 'What the conditions said, whenever it changed; a back-test replays these rows.';
comment on column obs.alert_observations.tenant_id is 'Tenant that the row belongs to; '''' is obs itself.';
comment on column obs.alert_observations.observation_id is 'Order of the observations.';
comment on column obs.alert_observations.alert_code is 'Alert.';
comment on column obs.alert_observations.subject is 'What was judged: a stage, a vendor, a job.';
comment on column obs.alert_observations.is_simulation is 'Of a drill.';
comment on column obs.alert_observations.observed_at is 'When it was judged, by obs.now().';
comment on column obs.alert_observations.run_id is 'Run that was judged; NULL for standing conditions.';
comment on column obs.alert_observations.run_started_at is 'When that run started.';
comment on column obs.alert_observations.verdict is 'ok, breach, no_data or error.';
comment on column obs.alert_observations.value is 'Value that was judged.';
comment on column obs.alert_observations.sample is 'Number of cases behind the value.';
comment on column obs.alert_observations.threshold is 'Threshold that decided.';
comment on column obs.alert_observations.severity is 'Severity it would have.';
comment on column obs.alert_observations.summary is 'One sentence for people.';
comment on column obs.alert_observations.details is 'Figures behind it.';
comment on column obs.alert_observations.rule_version is 'Version of the rule for the tenant.';
comment on column obs.alert_observations.timing is
'Seconds that the machine went by: for_s, keep_firing_s, flap_window_s; NULL: those of today.';

comment on table obs.alert_states is 'The machine''s memory: one row a tenant, rule and subject.';
comment on column obs.alert_states.tenant_id is 'Tenant that the row belongs to; '''' is obs itself.';
comment on column obs.alert_states.alert_code is 'Alert.';
comment on column obs.alert_states.subject is 'What is judged.';
comment on column obs.alert_states.is_simulation is 'Of a drill.';
comment on column obs.alert_states.state is 'inactive, pending, firing, recovering, no_data or error.';
comment on column obs.alert_states.alert_id is 'Open incident; NULL: none.';
comment on column obs.alert_states.rule_version is 'Version of the rule that the state was reached by.';
comment on column obs.alert_states.observed_at is 'Moment that the machine has reached; nothing is taken in as of before it.';
comment on column obs.alert_states.run_id is 'Run that was judged last.';
comment on column obs.alert_states.run_started_at is 'When the newest run judged started: older ones are not judged any more.';
comment on column obs.alert_states.verdict is 'Last verdict.';
comment on column obs.alert_states.value is 'Last value.';
comment on column obs.alert_states.threshold is 'Last threshold.';
comment on column obs.alert_states.severity is 'Severity in force.';
comment on column obs.alert_states.observed_severity is 'Severity seen last: it becomes milder only after keep_firing_s.';
comment on column obs.alert_states.pending_since is 'Since when it breaches without firing yet.';
comment on column obs.alert_states.recovering_since is 'Since when it is clean but kept firing.';
comment on column obs.alert_states.milder_since is 'Since when it is milder than the severity in force.';
comment on column obs.alert_states.firings is 'When it began to fire, within flap_window_s.';
comment on column obs.alert_states.is_flapping is 'Fired twice within flap_window_s.';
comment on column obs.alert_states.due_at is 'When a timer runs out; NULL: none.';

comment on table obs.alerts is 'Incidents: one row from the first firing until it is over.';
comment on column obs.alerts.tenant_id is 'Tenant that the row belongs to; '''' is obs itself.';
comment on column obs.alerts.alert_id is 'Incident.';
comment on column obs.alerts.group_id is 'Group it is told with.';
comment on column obs.alerts.alert_code is 'Alert.';
comment on column obs.alerts.subject is 'What breaches: a stage, a vendor, a job.';
comment on column obs.alerts.is_simulation is 'Of a drill.';
comment on column obs.alerts.state is 'firing, recovering or resolved.';
comment on column obs.alerts.severity is 'page, warning or ticket.';
comment on column obs.alerts.run_id is 'Run in which it was seen last.';
comment on column obs.alerts.value is 'Value seen last.';
comment on column obs.alerts.threshold is 'Threshold it broke.';
comment on column obs.alerts.summary is 'One sentence for people.';
comment on column obs.alerts.details is 'Figures behind it.';
comment on column obs.alerts.rule_version is 'Version of the rule that opened it.';
comment on column obs.alerts.breached_at is 'When the breach was seen.';
comment on column obs.alerts.fired_at is 'When it began to fire.';
comment on column obs.alerts.first_value is 'Value at its firing.';
comment on column obs.alerts.acked_at is 'When somebody took it.';
comment on column obs.alerts.acked_by is 'Who took it.';
comment on column obs.alerts.ack_note is 'What they said.';
comment on column obs.alerts.resolved_at is 'When it was over.';
comment on column obs.alerts.resolve_reason is 'Why: clean, stayed clean, rule changed.';
comment on column obs.alerts.is_flapping is 'Fires again and again.';
comment on column obs.alerts.muted_by is 'What keeps it from being told; NULL: nothing.';
comment on column obs.alerts.evidence is 'Results of the runbook''s checks, frozen when they ran.';
comment on column obs.alerts.evidence_at is 'When they ran.';
comment on column obs.alerts.notify_at is 'When there may be something to tell; NULL: nothing to come.';
comment on column obs.alerts.notified_at is 'When it was told last.';
comment on column obs.alerts.notified_state is 'What was told last: firing or resolved; NULL: nothing.';
comment on column obs.alerts.notified_severity is 'Severity that was told last.';
comment on column obs.alerts.notified_run_id is 'Run that was told last.';
comment on column obs.alerts.notified_value is 'Value that was told last.';
comment on column obs.alerts.notified_ack is 'Its acknowledgement has been told.';
comment on column obs.alerts.notified_routes is 'Routes that heard of it, a tenant''s own as tenant/name.';

comment on table obs.alert_transitions is 'Every move of the machine, append-only.';
comment on column obs.alert_transitions.tenant_id is 'Tenant that the row belongs to; '''' is obs itself.';
comment on column obs.alert_transitions.transition_id is 'Order of the moves.';
comment on column obs.alert_transitions.alert_id is 'Incident; NULL before it fires.';
comment on column obs.alert_transitions.alert_code is 'Alert.';
comment on column obs.alert_transitions.subject is 'What was judged.';
comment on column obs.alert_transitions.is_simulation is 'Of a drill.';
comment on column obs.alert_transitions.from_state is 'State before.';
comment on column obs.alert_transitions.to_state is 'State after; resolved ends an incident.';
comment on column obs.alert_transitions.at is 'When it was due, by obs.now().';
comment on column obs.alert_transitions.recorded_at is 'When it was written, by the server''s clock.';
comment on column obs.alert_transitions.run_id is 'Run that was judged.';
comment on column obs.alert_transitions.value is 'Value.';
comment on column obs.alert_transitions.threshold is 'Threshold.';
comment on column obs.alert_transitions.severity is 'Severity after the move.';
comment on column obs.alert_transitions.rule_version is 'Version of the rule.';
comment on column obs.alert_transitions.reason is 'Why, in words.';

comment on table obs.alert_groups is 'What is told together: alerts of one rule and subject, of one tenant or across all.';
comment on column obs.alert_groups.tenant_id is 'Tenant, or '''' for a group across tenants.';
comment on column obs.alert_groups.group_id is 'Group.';
comment on column obs.alert_groups.alert_code is 'Alert.';
comment on column obs.alert_groups.subject is 'What breaches.';
comment on column obs.alert_groups.is_simulation is 'Of drills.';
comment on column obs.alert_groups.opened_at is 'When its first alert fired.';
comment on column obs.alert_groups.closed_at is 'When the last was over; NULL while open.';
comment on column obs.alert_groups.last_sent_at is 'When it was told last.';

comment on table obs.alert_silences is 'Silences and maintenance windows, at most 30 days each.';
comment on column obs.alert_silences.tenant_id is 'Tenant, or NULL for all.';
comment on column obs.alert_silences.silence_id is 'Silence.';
comment on column obs.alert_silences.alert_code is 'Alert, or NULL for any.';
comment on column obs.alert_silences.subject is 'Subject, or NULL for any.';
comment on column obs.alert_silences.author is 'Who set it.';
comment on column obs.alert_silences.reason is 'Why.';
comment on column obs.alert_silences.starts_at is 'From when.';
comment on column obs.alert_silences.ends_at is 'Until when.';
comment on column obs.alert_silences.is_maintenance is 'A maintenance window.';
comment on column obs.alert_silences.created_at is 'When the row was made, by the server''s clock.';
comment on column obs.alert_silences.ended_by is 'Who ended it early.';

comment on table obs.runs_to_judge is 'Runs whose conditions wait to be judged.';
comment on column obs.runs_to_judge.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.runs_to_judge.run_id is 'Run.';
comment on column obs.runs_to_judge.queued_at is 'Since when it waits.';

comment on column obs.alert_active.alert_id is 'Incident.';
comment on column obs.alert_active.tenant_id is 'Tenant; '''' is obs itself.';
comment on column obs.alert_active.alert_code is 'Alert.';
comment on column obs.alert_active.title is 'What it means.';
comment on column obs.alert_active.severity is 'page, warning or ticket.';
comment on column obs.alert_active.state is 'firing or recovering.';
comment on column obs.alert_active.subject is 'What breaches.';
comment on column obs.alert_active.run_id is 'Run in which it was seen last.';
comment on column obs.alert_active.value is 'Value seen last.';
comment on column obs.alert_active.threshold is 'Threshold it broke.';
comment on column obs.alert_active.summary is 'One sentence for people.';
comment on column obs.alert_active.fired_at is 'When it began to fire.';
comment on column obs.alert_active.age is 'Time since then.';
comment on column obs.alert_active.acked_at is 'When somebody took it.';
comment on column obs.alert_active.acked_by is 'Who took it.';
comment on column obs.alert_active.ack_note is 'What they said.';
comment on column obs.alert_active.muted_by is 'What keeps it from being told; NULL: nothing.';
comment on column obs.alert_active.is_flapping is 'Fires again and again.';
comment on column obs.alert_active.notified_at is 'When it was told last.';
comment on column obs.alert_active.evidence is 'Results of the runbook''s checks.';
comment on column obs.alert_active.runbook_code is 'Runbook: select obs.runbook(runbook_code).';
comment on column obs.alert_active.rule_error is 'SQLSTATE with which its condition fails now; NULL while it works.';
comment on column obs.alert_active.is_simulation is 'Of a drill.';

comment on column obs.alert_response.tenant_id is 'Tenant; '''' is obs itself.';
comment on column obs.alert_response.month is 'Month of the firing, UTC.';
comment on column obs.alert_response.severity is 'page, warning or ticket.';
comment on column obs.alert_response.is_p1 is 'Whether the severity is page.';
comment on column obs.alert_response.alerts is 'Alerts that were told.';
comment on column obs.alert_response.acked is 'Of these, taken by somebody.';
comment on column obs.alert_response.resolved is 'Of these, over.';
comment on column obs.alert_response.mtta is 'Mean time from firing to acknowledgement.';
comment on column obs.alert_response.time_to_ack_p95 is '95th percentile of the same.';
comment on column obs.alert_response.mttr is 'Mean time from firing to the end.';
comment on column obs.alert_response.time_to_resolve_p95 is '95th percentile of the same.';

do $conditions$
declare
    v_view text;
begin
    for v_view in
        select c.relname from pg_class c
        where c.relnamespace = 'obs'::regnamespace and c.relkind = 'v' and c.relname like 'condition\_%'
    loop
        execute format('comment on column obs.%I.alert_code is %L', v_view, 'Code of the alert.');
        execute format('comment on column obs.%I.tenant_id is %L', v_view, 'Tenant; '''' is obs itself.');
        execute format('comment on column obs.%I.run_id is %L', v_view, 'Run that is judged; NULL for a standing row.');
        execute format('comment on column obs.%I.subject is %L', v_view, 'What is judged.');
        execute format('comment on column obs.%I.value is %L', v_view, 'Value that is judged.');
        execute format('comment on column obs.%I.threshold is %L', v_view, 'Threshold in force for the tenant.');
        execute format('comment on column obs.%I.severity is %L', v_view, 'Severity of a breach.');
        execute format('comment on column obs.%I.verdict is %L', v_view, 'ok, breach or no_data.');
        execute format('comment on column obs.%I.summary is %L', v_view, 'One sentence for people.');
        execute format('comment on column obs.%I.details is %L', v_view, 'Figures behind it; sample is the number of cases.');
    end loop;
end
$conditions$;
