-- Runs, their stages and what is added up for them. PRD columns first; wider or further ones after.
create table if not exists obs.enrichment_runs (
    run_id text collate "C" not null,
    tenant_id text collate "C" not null references obs.tenants,
    started_at timestamptz not null,
    ended_at timestamptz,
    status text not null default 'running',
    langsmith_trace_url text,
    kind text not null default 'nightly',
    run_day date not null,
    heartbeat_at timestamptz,
    last_event_at timestamptz,
    last_event_ts timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    thinned_at timestamptz,
    thin_done_at timestamptz,
    duration_ms bigint generated always as (
        round(extract(epoch from ended_at - started_at) * 1000)::bigint
    ) stored,
    revision int not null default 1,
    late_events bigint not null default 0,
    is_simulation boolean not null default false,
    host_relation text,
    meta jsonb not null default '{}',
    primary key (tenant_id, run_id),
    constraint enrichment_runs_id_is_1_to_128_printable check (run_id ~ '^[^[:cntrl:]]{1,128}$'),
    constraint enrichment_runs_status_is_known check (
        status in ('running', 'success', 'partial', 'error', 'cancelled', 'crashed')
    ),
    constraint enrichment_runs_ended_exactly_when_not_running check ((status = 'running') = (ended_at is null))
) with (fillfactor = 80);
create index if not exists enrichment_runs_run_id_idx on obs.enrichment_runs (run_id);
create index if not exists enrichment_runs_tenant_id_started_at_idx on obs.enrichment_runs (tenant_id, started_at desc);
create index if not exists enrichment_runs_open_idx on obs.enrichment_runs (tenant_id, run_id) where status = 'running';
create index if not exists enrichment_runs_to_thin_idx
on obs.enrichment_runs (tenant_id, finished_at) where thin_done_at is null and finished_at is not null;

create table if not exists obs.run_stage_stats (
    run_id text collate "C" not null,
    tenant_id text collate "C" not null,
    stage varchar collate "C" not null,
    count_total int not null default 0,
    count_success int not null default 0,
    count_error int not null default 0,
    p50_ms int,
    p95_ms int,
    p99_ms int,
    cost_usd numeric(12, 4) not null generated always as (
        case when cost_usd_exact < 99999999.99995 then round(cost_usd_exact, 4) else 99999999.9999 end
    ) stored,
    tokens_input int not null generated always as (least(tokens_input_exact, 2147483647)::int) stored,
    tokens_output int not null generated always as (least(tokens_output_exact, 2147483647)::int) stored,
    status text not null default 'running',
    started_at timestamptz,
    ended_at timestamptz,
    count_retry int not null default 0,
    count_duration int not null default 0,
    p50_success_ms int,
    p95_success_ms int,
    p99_success_ms int,
    percentile_source text not null default 'none',
    cost_usd_exact numeric not null default 0,
    tokens_input_exact bigint not null default 0,
    tokens_output_exact bigint not null default 0,
    unpriced_calls int not null default 0,
    cache_hits int not null default 0,
    planned int,
    events_seen bigint not null default 0,
    expected_events bigint,
    complete boolean generated always as (expected_events is null or events_seen >= expected_events) stored,
    revision int not null default 1,
    late_events bigint not null default 0,
    finished_at timestamptz,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, run_id, stage),
    foreign key (tenant_id, run_id) references obs.enrichment_runs,
    constraint run_stage_stats_total_is_success_plus_error check (count_total = count_success + count_error),
    constraint run_stage_stats_percentiles_ascend check (p50_ms <= p95_ms and p95_ms <= p99_ms),
    constraint run_stage_stats_source_is_known check (percentile_source in ('raw', 'rollup', 'none')),
    constraint run_stage_stats_status_is_known check (
        status in ('running', 'success', 'partial', 'error', 'cancelled', 'crashed')
    )
) with (fillfactor = 80);

create table if not exists obs.run_vendor_usage (
    run_id text collate "C" not null,
    tenant_id text collate "C" not null,
    vendor varchar collate "C" not null,
    calls int not null default 0,
    errors int not null default 0,
    cost_usd numeric(12, 4) not null generated always as (
        case when cost_usd_exact < 99999999.99995 then round(cost_usd_exact, 4) else 99999999.9999 end
    ) stored,
    rate_limit_hits int not null default 0,
    quota_exhausted bool not null generated always as (quota_hits > 0) stored,
    quota_hits int not null default 0,
    cost_usd_exact numeric not null default 0,
    tokens_input bigint not null default 0,
    tokens_output bigint not null default 0,
    unpriced_calls int not null default 0,
    cache_hits int not null default 0,
    revision int not null default 1,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, run_id, vendor),
    foreign key (tenant_id, run_id) references obs.enrichment_runs
);

create table if not exists obs.run_model_usage (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    vendor text collate "C" not null,
    model text collate "C" not null,
    calls int not null default 0,
    errors int not null default 0,
    cost_usd_exact numeric not null default 0,
    tokens_input bigint not null default 0,
    tokens_output bigint not null default 0,
    tokens_cached bigint not null default 0,
    tokens_reasoning bigint not null default 0,
    unpriced_calls int not null default 0,
    primary key (tenant_id, run_id, vendor, model),
    foreign key (tenant_id, run_id) references obs.enrichment_runs
);

create table if not exists obs.run_error_codes (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    stage text collate "C" not null,
    kind text collate "C" not null,
    error_code text collate "C" not null,
    vendor text collate "C" not null default '',
    n bigint not null,
    primary key (tenant_id, run_id, stage, kind, vendor, error_code)
);

create table if not exists obs.run_metrics (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    name text collate "C" not null,
    label text collate "C" not null default '',
    value numeric not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, run_id, name, label),
    foreign key (tenant_id, run_id) references obs.enrichment_runs
);

create table if not exists obs.latency_buckets (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    stage text collate "C" not null,
    outcome text collate "C" not null,
    bucket int not null,
    n bigint not null,
    primary key (tenant_id, run_id, stage, outcome, bucket)
);

-- Deltas live from the statement that stores the events until the next fold: small, busy, emptied all the time.
create table if not exists obs.stage_deltas (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    stage text collate "C" not null,
    kind text collate "C" not null,
    outcome text collate "C" not null,
    vendor text collate "C" not null,
    model text collate "C" not null,
    error_code text collate "C" not null,
    score_bucket text collate "C" not null,
    email_status text collate "C" not null,
    latency_bucket int,
    n bigint not null,
    cost_usd numeric not null,
    tokens_input bigint not null,
    tokens_output bigint not null,
    tokens_cached bigint not null,
    tokens_reasoning bigint not null,
    unpriced_calls bigint not null,
    cache_hits bigint not null,
    first_ts timestamptz,
    last_ts timestamptz,
    last_received_at timestamptz
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
create index if not exists stage_deltas_tenant_id_run_id_idx on obs.stage_deltas (tenant_id, run_id);
do $step$
begin perform obs._record_step('20_runs', 'd39ec773e234ebc9abdfbc93a2a512a96f7b80a90f74cb12eaec86e08b864d9c');
end $step$;
