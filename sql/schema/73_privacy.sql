-- The proof of privacy: what became of the canaries of each run, what audits found, which addresses are forgotten.
-- No raw value stands in any of these: a canary that came through is told by its kind alone.
create table if not exists obs.privacy_canaries (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    planted int not null,
    caught int not null,
    missed text[] not null default '{}',
    error_sqlstate text,
    probed_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, run_id),
    foreign key (tenant_id, run_id) references obs.enrichment_runs on delete cascade,
    constraint privacy_canaries_missed_are_the_rest check (planted - caught = cardinality(missed))
);

-- One row an audit and scope: tenant NULL is the whole schema, run_day an event day that was audited by itself.
create table if not exists obs.privacy_audits (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    audit_id bigint generated always as identity,
    run_day date,
    started_at timestamptz not null,
    duration_ms bigint not null,
    rows_scanned bigint not null,
    cells_scanned bigint not null,
    findings bigint not null,
    canaries_planted int not null default 0,
    canaries_caught int not null default 0,
    verdict text not null,
    report jsonb not null,
    actor text not null,
    constraint privacy_audits_once unique nulls not distinct (tenant_id, audit_id),
    constraint privacy_audits_verdict_is_known check (verdict in ('clean', 'dirty')),
    constraint privacy_audits_clean_has_no_findings check (
        (verdict = 'clean') = (findings = 0 and canaries_caught = canaries_planted)
    )
);
create index if not exists privacy_audits_tenant_id_run_day_idx on obs.privacy_audits (tenant_id, run_day);

-- Keyed hashes of addresses that somebody asked to forget: what arrives with one is stored without it.
create table if not exists obs.forgotten_emails (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    hash text collate "C" not null,
    forgotten_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, hash),
    constraint forgotten_emails_hash_is_keyed check (hash ~ '^h[0-9]+:[0-9a-f]{32}$')
);

-- Keys that hold a company's id are replaced together, when that id is an address which is to be forgotten.
do $keys$
declare
    v_key record;
begin
    for v_key in
        select c.conrelid::regclass as relation, c.conname from pg_constraint c
        where c.connamespace = 'obs'::regnamespace and c.contype = 'f' and not c.condeferrable
          and c.confrelid = 'obs.qa_samples'::regclass
    loop
        execute format('alter table %s alter constraint %I deferrable initially immediate', v_key.relation, v_key.conname);
    end loop;
end
$keys$;
do $step$
begin perform obs._record_step('73_privacy', '8ed28e8a78d5b25e01f87526ce41e27e28d071b7ef8c223a6f0bb694c598f684');
end $step$;
