-- Alerts: rules and their thresholds as data, what was observed, the machine's memory, incidents, every transition.
-- tenant_id '' stands for obs itself, which no tenant can be named.
create table if not exists obs.alert_rules (
    alert_code text collate "C" not null primary key,
    title text not null,
    condition text,
    scope text not null,
    stages text[],
    comparison text not null,
    severity text not null,
    escalated_severity text,
    across_tenants boolean not null default false,
    inhibited_by text[] not null default '{}',
    runbook_code text not null,
    is_user_defined boolean not null default false,
    version int not null default 1,
    error_sqlstate text,
    error_at timestamptz,
    updated_by text not null default session_user,
    updated_at timestamptz not null default clock_timestamp(),
    constraint alert_rules_code_is_short_and_plain check (alert_code ~ '^[A-Z][A-Z0-9]{0,15}-[0-9]{1,4}$'),
    constraint alert_rules_scope_is_known check (scope in ('run', 'standing')),
    constraint alert_rules_comparison_is_known check (comparison in ('>', '>=', '<', '<=')),
    constraint alert_rules_severity_is_known check (severity in ('page', 'warning', 'ticket')),
    constraint alert_rules_escalated_severity_is_known check (escalated_severity in ('page', 'warning', 'ticket'))
);

create table if not exists obs.alert_thresholds (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    alert_code text collate "C" not null references obs.alert_rules on delete cascade,
    name text collate "C" not null,
    value numeric not null,
    updated_by text not null default session_user,
    updated_at timestamptz not null default clock_timestamp(),
    constraint alert_thresholds_one_value_a_scope unique nulls not distinct (tenant_id, alert_code, name)
);
create index if not exists alert_thresholds_alert_code_idx on obs.alert_thresholds (alert_code);

-- What the conditions said, whenever it changed: a back-test replays these rows.
create table if not exists obs.alert_observations (
    tenant_id text collate "C" not null,
    observation_id bigint generated always as identity,
    alert_code text collate "C" not null,
    subject text collate "C" not null,
    is_simulation boolean not null default false,
    observed_at timestamptz not null,
    run_id text collate "C",
    run_started_at timestamptz,
    verdict text not null,
    value numeric,
    sample numeric,
    threshold numeric,
    severity text not null,
    summary text,
    details jsonb,
    rule_version int not null,
    timing jsonb,
    primary key (tenant_id, observation_id),
    constraint alert_observations_verdict_is_known check (verdict in ('ok', 'breach', 'no_data', 'error'))
);
create index if not exists alert_observations_tenant_id_alert_code_subject_idx
on obs.alert_observations (tenant_id, alert_code, subject, observation_id);

-- The machine's memory: one row a condition's subject.
create table if not exists obs.alert_states (
    tenant_id text collate "C" not null,
    alert_code text collate "C" not null,
    subject text collate "C" not null,
    is_simulation boolean not null default false,
    state text not null default 'inactive',
    alert_id bigint,
    rule_version int not null default 1,
    observed_at timestamptz,
    run_id text collate "C",
    run_started_at timestamptz,
    verdict text,
    value numeric,
    threshold numeric,
    severity text,
    observed_severity text,
    pending_since timestamptz,
    recovering_since timestamptz,
    milder_since timestamptz,
    firings timestamptz[] not null default '{}',
    is_flapping boolean not null default false,
    due_at timestamptz,
    primary key (tenant_id, alert_code, subject, is_simulation),
    constraint alert_states_state_is_known check (
        state in ('inactive', 'pending', 'firing', 'recovering', 'no_data', 'error')
    )
) with (fillfactor = 80);
create index if not exists alert_states_due_idx on obs.alert_states (tenant_id, due_at) where due_at is not null;

-- One row an incident: from the first firing until it is resolved.
create table if not exists obs.alerts (
    tenant_id text collate "C" not null,
    alert_id bigint generated always as identity,
    group_id bigint,
    alert_code text collate "C" not null,
    subject text collate "C" not null,
    is_simulation boolean not null default false,
    state text not null default 'firing',
    severity text not null,
    run_id text collate "C",
    value numeric,
    threshold numeric,
    summary text,
    details jsonb,
    rule_version int not null,
    breached_at timestamptz not null,
    fired_at timestamptz not null,
    first_value numeric,
    acked_at timestamptz,
    acked_by text,
    ack_note text,
    resolved_at timestamptz,
    resolve_reason text,
    is_flapping boolean not null default false,
    muted_by text,
    evidence jsonb,
    evidence_at timestamptz,
    notify_at timestamptz,
    notified_at timestamptz,
    notified_state text,
    notified_severity text,
    notified_run_id text collate "C",
    notified_value numeric,
    notified_ack boolean not null default false,
    notified_routes text[] not null default '{}',
    primary key (tenant_id, alert_id),
    constraint alerts_state_is_known check (state in ('firing', 'recovering', 'resolved')),
    constraint alerts_resolved_has_its_moment check ((state = 'resolved') = (resolved_at is not null))
) with (fillfactor = 80);
create index if not exists alerts_tenant_id_fired_at_idx on obs.alerts (tenant_id, fired_at);
create index if not exists alerts_notify_idx on obs.alerts (tenant_id, notify_at) where notify_at is not null;
create index if not exists alerts_group_idx on obs.alerts (group_id);
create unique index if not exists alerts_one_open_a_subject_idx
on obs.alerts (tenant_id, alert_code, subject, is_simulation) where resolved_at is null;

create table if not exists obs.alert_transitions (
    tenant_id text collate "C" not null,
    transition_id bigint generated always as identity,
    alert_id bigint,
    alert_code text collate "C" not null,
    subject text collate "C" not null,
    is_simulation boolean not null default false,
    from_state text not null,
    to_state text not null,
    at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    run_id text collate "C",
    value numeric,
    threshold numeric,
    severity text,
    rule_version int not null,
    reason text not null,
    primary key (tenant_id, transition_id)
);
create index if not exists alert_transitions_tenant_id_alert_code_at_idx
on obs.alert_transitions (tenant_id, alert_code, at);

-- What is told together: the alerts of one rule and subject, of one tenant or across all.
create table if not exists obs.alert_groups (
    tenant_id text collate "C" not null,
    group_id bigint generated always as identity,
    alert_code text collate "C" not null,
    subject text collate "C" not null,
    is_simulation boolean not null default false,
    opened_at timestamptz not null,
    closed_at timestamptz,
    last_sent_at timestamptz,
    primary key (tenant_id, group_id)
);
create unique index if not exists alert_groups_one_open_idx
on obs.alert_groups (tenant_id, alert_code, subject, is_simulation) where closed_at is null;

-- Runs whose conditions wait to be judged: judging waits for no lock, what it met locked comes here.
create table if not exists obs.runs_to_judge (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    queued_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, run_id)
);

create table if not exists obs.alert_silences (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    silence_id bigint generated always as identity,
    alert_code text collate "C",
    subject text collate "C",
    author text not null,
    reason text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    is_maintenance boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    ended_by text,
    constraint alert_silences_once unique nulls not distinct (tenant_id, silence_id),
    constraint alert_silences_end_within_30_days check (
        ends_at > starts_at and ends_at <= starts_at + interval '30 days'
    ),
    constraint alert_silences_have_a_reason check (reason ~ '\S')
);
do $type$
begin
    if to_regtype('obs.alert_step') is null then
        create type obs.alert_step as (state obs.alert_states, moves obs.alert_transitions[]);
    end if;
end
$type$;
do $step$
begin perform obs._record_step('60_alerts', 'a3a661ae1c74476796f53179c4eff008a034bbb63bcb0061f32046adce3a1aab');
end $step$;
