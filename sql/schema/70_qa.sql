-- QA: what was drawn of each run, what people said of it, what follows from it. PRD columns of qa_samples first.
-- Texts of the host are never copied: checks hold verdicts, reasons, lengths and hashes.
create table if not exists obs.qa_draws (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    stratum text collate "C" not null,
    bucket varchar collate "C" not null,
    seed text not null,
    requested int not null,
    available int not null,
    drawn int not null,
    shortfall int generated always as (requested - drawn) stored,
    source text not null,
    drawn_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, run_id, stratum),
    foreign key (tenant_id, run_id) references obs.enrichment_runs on delete cascade,
    constraint qa_draws_stratum_is_known check (stratum in ('random', 'risk')),
    constraint qa_draws_source_is_known check (source in ('events', 'host', 'both'))
);

create table if not exists obs.qa_samples (
    run_id text collate "C" not null,
    tenant_id text collate "C" not null,
    company_id text collate "C" not null,
    bucket varchar collate "C" not null,
    checks jsonb not null,
    result varchar not null default 'needs_review',
    notes text,
    created_at timestamptz not null default now(),
    stratum text collate "C" not null default 'random',
    draw_rank int not null,
    checklist_version int not null default 1,
    double_review boolean not null default false,
    claimed_by text,
    claimed_until timestamptz,
    reviewer text,
    reviewed_at timestamptz,
    revision int not null default 1,
    primary key (tenant_id, run_id, company_id),
    foreign key (tenant_id, run_id, stratum) references obs.qa_draws on delete cascade,
    constraint qa_samples_result_is_known check (result::text = any(array['pass', 'fail', 'needs_review'])),
    constraint qa_samples_verdict_has_its_reviewer check (
        result = 'needs_review' or (reviewer is not null and reviewed_at is not null)
    )
);
create index if not exists qa_samples_stratum_idx on obs.qa_samples (tenant_id, run_id, stratum);
create index if not exists qa_samples_open_idx
on obs.qa_samples (tenant_id, created_at) where result = 'needs_review';

-- Every review that was ever given; the newest of a reviewer counts.
create table if not exists obs.qa_reviews (
    tenant_id text collate "C" not null,
    review_id bigint generated always as identity,
    run_id text collate "C" not null,
    company_id text collate "C" not null,
    reviewer text not null,
    result varchar not null,
    checks jsonb not null default '{}',
    notes text,
    reviewed_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, review_id),
    foreign key (tenant_id, run_id, company_id) references obs.qa_samples on delete cascade,
    constraint qa_reviews_result_is_known check (result::text = any(array['pass', 'fail', 'needs_review']))
);
create index if not exists qa_reviews_tenant_id_run_id_idx on obs.qa_reviews (tenant_id, run_id, company_id);

-- One follow-up a run whose sample falls short; closed with a reason, never reopened by itself.
create table if not exists obs.qa_follow_ups (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    opened_at timestamptz not null,
    passed int not null,
    failed int not null,
    pending int not null,
    summary text not null,
    closed_at timestamptz,
    closed_by text,
    close_reason text,
    primary key (tenant_id, run_id),
    foreign key (tenant_id, run_id) references obs.enrichment_runs on delete cascade,
    constraint qa_follow_ups_closed_with_a_reason check (
        (closed_at is null) = (close_reason is null) and close_reason ~ '\S'
    )
);

-- Views of the host that know what companies look like; read when a sample is drawn, as a role without rights in obs.
create table if not exists obs.qa_sources (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    relation text collate "C" not null,
    registered_by text not null default session_user,
    registered_at timestamptz not null default clock_timestamp(),
    last_read_at timestamptz,
    last_ms int,
    last_error text,
    constraint qa_sources_one_a_scope unique nulls not distinct (tenant_id)
);

-- Domains of personal mail by hash; tenant_id NULL holds for all tenants.
create table if not exists obs.webmail_domains (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    domain_hash bytea not null,
    loaded_at timestamptz not null default clock_timestamp(),
    constraint webmail_domains_once_a_scope unique nulls not distinct (tenant_id, domain_hash)
);
do $step$
begin perform obs._record_step('70_qa', 'b0ef532f208aed3f36fac297194bf668f827bfb7f784821bc16f578eb849b834');
end $step$;
