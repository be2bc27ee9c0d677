-- What ages: how far a run's events are compacted, texts they share, hashes of content and what a tenant keeps of it,
-- and where the machine stood when observations of alerts went.
alter table obs.enrichment_runs add column if not exists compacted_at timestamptz;
alter table obs.enrichment_runs add column if not exists compacted_upto uuid;
create index if not exists enrichment_runs_to_compact_idx on obs.enrichment_runs (tenant_id, finished_at)
where finished_at is not null and compacted_at is null;

-- The days say which events may refer to a text: it goes when none of these days is kept any more.
create table if not exists obs.error_texts (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    fingerprint text collate "C" not null,
    error_text text not null,
    first_run_day date not null,
    last_run_day date not null,
    first_seen_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, fingerprint)
);

-- One row a company and kind, with the run before it to compare with: a call made twice gets the same answer.
create table if not exists obs.content_hashes (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    company_id text collate "C" not null,
    kind text collate "C" not null,
    run_id text collate "C" not null,
    run_started_at timestamptz not null,
    content_hash text not null,
    content_length int not null,
    seen_at timestamptz not null,
    changed_at timestamptz not null,
    previous_run_id text collate "C",
    previous_hash text,
    previous_length int,
    primary key (tenant_id, company_id, kind)
);
create index if not exists content_hashes_seen_at_idx on obs.content_hashes (seen_at);

-- 2160 hours are 90 days whatever the session's time zone. No setting, and no hand, can keep content longer.
create table if not exists obs.retained_content (
    tenant_id text collate "C" not null,
    run_id text collate "C" not null,
    company_id text collate "C" not null,
    kind text collate "C" not null,
    content text not null,
    content_hash text not null,
    content_length int not null,
    stored_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    primary key (tenant_id, run_id, company_id, kind),
    foreign key (tenant_id, run_id) references obs.enrichment_runs on delete cascade,
    constraint retained_content_at_most_90_days check (expires_at <= stored_at + interval '2160 hours')
);
create index if not exists retained_content_tenant_id_expires_at_idx on obs.retained_content (tenant_id, expires_at);
create index if not exists retained_content_tenant_id_kept_for_idx
on obs.retained_content (tenant_id, (expires_at - stored_at));

-- Where the machine stood after the observations that are gone: a back-test goes on from there.
create table if not exists obs.alert_replay_starts (
    tenant_id text collate "C" not null,
    alert_code text collate "C" not null,
    subject text collate "C" not null,
    state jsonb not null,
    observed_at timestamptz not null,
    primary key (tenant_id, alert_code, subject)
);

create index if not exists alert_observations_observed_at_idx on obs.alert_observations (observed_at);
create index if not exists alert_transitions_at_idx on obs.alert_transitions (at);
create index if not exists alert_transitions_alert_idx
on obs.alert_transitions (tenant_id, alert_id) where alert_id is not null;
create index if not exists alerts_resolved_at_idx on obs.alerts (resolved_at) where resolved_at is not null;
create index if not exists notifications_ended_idx on obs.notifications (created_at) where state in ('sent', 'dead');
create index if not exists notifications_tenant_id_ticket_key_idx on obs.notifications (tenant_id, ticket_key, channel);
create index if not exists host_snapshots_taken_at_idx on obs.host_snapshots (taken_at);
do $step$
begin perform obs._record_step('72_compaction', 'ab2e469e1fb2dcf8464d59a66e61370a98bc389392e242f461b8057e57206012');
end $step$;
