-- Events by the day their run started: a resent event meets its first copy whatever its ts. No default partition:
-- what has no home is quarantined. No foreign key to runs: the ingest join is the check.

do $type$
begin
    if to_regtype('obs.event') is null then
        create type obs.event as (
            ord int,
            ts timestamptz,
            level text,
            logger text,
            tenant_id text,
            run_id text,
            stage text,
            company_id text,
            event text,
            status text,
            duration_ms bigint,
            error_code text,
            error_msg text,
            vendor text,
            model text,
            cost_usd numeric,
            tokens_input bigint,
            tokens_output bigint,
            trace_id text,
            event_id uuid,
            producer text,
            seq bigint,
            extra jsonb
        );
    end if;
    -- An event with what its place decided: what it counts as, its day, why it is refused, its price.
    if to_regtype('obs.placed_event') is null then
        create type obs.placed_event as (
            ord int,
            ts timestamptz,
            level text,
            logger text,
            tenant_id text,
            run_id text,
            stage text,
            company_id text,
            event text,
            status text,
            duration_ms bigint,
            error_code text,
            error_msg text,
            vendor text,
            model text,
            cost_usd numeric,
            tokens_input bigint,
            tokens_output bigint,
            trace_id text,
            event_id uuid,
            producer text,
            seq bigint,
            extra jsonb,
            kind text,
            run_day date,
            reason text,
            final_usd numeric
        );
    end if;
end
$type$;

create table if not exists obs.run_event_logs (
    run_id text collate "C" not null,
    tenant_id text collate "C" not null,
    stage text collate "C",
    company_id text collate "C",
    event varchar collate "C" not null,
    status varchar collate "C",
    error_code text collate "C",
    duration_ms int,
    trace_id text collate "C",
    extra jsonb,
    ts timestamptz not null default now(),
    level text collate "C",
    error_msg text,
    vendor text collate "C",
    cost_usd numeric,
    tokens_input bigint,
    tokens_output bigint,
    logger text collate "C",
    model text collate "C",
    event_id uuid not null,
    producer text collate "C",
    seq bigint,
    received_at timestamptz not null,
    kind text collate "C" not null,
    cost_source text collate "C",
    run_day date not null,
    primary key (tenant_id, run_id, event_id, run_day)
) partition by range (run_day);
create index if not exists run_event_logs_item_duration_idx
on obs.run_event_logs (tenant_id, run_id, stage, duration_ms) where kind = 'item';
create index if not exists run_event_logs_tenant_id_trace_id_idx
on obs.run_event_logs (tenant_id, trace_id) where trace_id is not null;

create table if not exists obs.event_days (
    run_day date not null primary key,
    created_at timestamptz not null default clock_timestamp(),
    dropped_at timestamptz
);

create table if not exists obs.quarantined_events (
    tenant_id text collate "C",
    run_id text collate "C",
    event_id uuid not null,
    reason text not null,
    payload jsonb not null,
    sent_by text not null,
    received_at timestamptz not null default clock_timestamp(),
    constraint quarantined_events_once unique nulls not distinct (tenant_id, run_id, event_id),
    constraint quarantined_events_reason_is_known check (
        reason in ('unknown_run', 'unknown_tenant', 'forbidden_tenant', 'bad_id', 'expired', 'thinned', 'host_row')
    )
);
create index if not exists quarantined_events_received_at_idx on obs.quarantined_events (received_at);
do $step$
begin perform obs._record_step('30_events', '79e684d26127ad720a4ca2f76db266b41ac4e24047342b0133fa2a71c4bf23a8');
end $step$;
