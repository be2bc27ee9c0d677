-- Runbooks and their checks as data, and what host relations looked like when each run ended.
create table if not exists obs.runbooks (
    runbook_code text collate "C" not null primary key,
    title text not null,
    unit text not null default 'number',
    symptom text not null,
    checks text[] not null default '{}',
    mitigation text[] not null default '{}',
    next_step text not null,
    version int not null default 1,
    updated_at timestamptz not null default clock_timestamp(),
    constraint runbooks_code_is_short_and_plain check (runbook_code ~ '^[A-Z][A-Z0-9]{0,15}-[0-9]{1,4}$'),
    constraint runbooks_unit_is_known check (unit in ('number', 'ratio', 'usd', 'seconds'))
);

create table if not exists obs.runbook_checks (
    runbook_code text collate "C" not null references obs.runbooks on delete cascade,
    check_name text collate "C" not null,
    place int not null,
    question text not null,
    primary key (runbook_code, check_name),
    constraint runbook_checks_name_is_plain check (check_name ~ '^[a-z][a-z0-9_]{0,47}$')
);

create table if not exists obs.host_snapshots (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    relation text collate "C" not null,
    fingerprint text not null,
    parts jsonb not null,
    taken_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, run_id, relation),
    foreign key (tenant_id, run_id) references obs.enrichment_runs on delete cascade
);
create index if not exists host_snapshots_tenant_id_relation_idx
on obs.host_snapshots (tenant_id, relation, taken_at desc);

-- Failures in the order they happened: what a diagnosis reads of a run of a million events.
create index if not exists run_event_logs_error_idx
on obs.run_event_logs (tenant_id, run_id, stage, ts) where status = 'error';
do $step$
begin perform obs._record_step('63_runbooks', 'dab6138ab6785780791212011512cc54a8319be12bf03385a45ffba84d40963a');
end $step$;
