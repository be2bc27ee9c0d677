-- Watching: which runs are expected when, and what pipelines are advised to do about each vendor.
create table if not exists obs.expected_runs (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    name text collate "C" not null,
    kind text not null,
    schedule text not null,
    time_zone text,
    grace interval not null,
    expected_since timestamptz not null,
    updated_by text not null default session_user,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, name),
    constraint expected_runs_grace_is_at_most_a_day check (grace between interval '0' and interval '1 day')
);

-- Written only when something went wrong: recovery is arithmetic over throttled_at, and looking changes nothing.
create table if not exists obs.vendor_advice (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    vendor text collate "C" not null,
    batch_factor numeric not null default 1,
    throttled_at timestamptz,
    throttled_run_id text collate "C",
    skip_until timestamptz,
    exhausted_run_id text collate "C",
    seen jsonb not null default '{}',
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, vendor),
    constraint vendor_advice_factor_is_a_share check (batch_factor > 0 and batch_factor <= 1)
) with (fillfactor = 80);
do $step$
begin perform obs._record_step('62_watch', 'f14d807d9fdf2a01fb4236237bf60142ba633b545b49ca11f99f1f8d1185f55e');
end $step$;
