-- What runs on a schedule, when it last did, and which tables of the host are mirrored.
create table if not exists obs.jobs (
    job text collate "C" not null primary key,
    schedule text not null,
    command text not null,
    max_age interval not null,
    last_started_at timestamptz,
    last_success_at timestamptz,
    last_duration_ms numeric,
    last_result jsonb,
    runs bigint not null default 0,
    comment text not null
);

create table if not exists obs.attached_relations (
    relation text collate "C" not null primary key,
    status_map jsonb not null,
    run_id_type text not null,
    tenant_id_type text not null,
    attached_by text not null default session_user,
    attached_at timestamptz not null default clock_timestamp()
);
do $step$
begin perform obs._record_step('50_jobs', 'd25dc5ec9691c598ca3aaab0d05e00c9be890e6bb284a7077149885961cf9450');
end $step$;
