-- Delivery: where what goes, what waits to be sent, what receivers call it, who is sending, and which cluster this is.
create table if not exists obs.notification_routes (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    route_name text collate "C" not null,
    channel text collate "C" not null,
    severities text[],
    alert_codes text[],
    days int[],
    from_time time,
    to_time time,
    time_zone text not null default 'UTC',
    fallback_channel text collate "C",
    updated_by text not null default session_user,
    updated_at timestamptz not null default clock_timestamp(),
    constraint notification_routes_once unique nulls not distinct (tenant_id, route_name),
    constraint notification_routes_channel_is_a_name check (channel ~ '^[a-z][a-z0-9_-]{0,62}$'),
    constraint notification_routes_default_takes_everything check (
        route_name <> 'default' or (
            tenant_id is null and severities is null and alert_codes is null and days is null and from_time is null
            and to_time is null
        )
    )
);

create table if not exists obs.notifications (
    tenant_id text collate "C" not null,
    notification_id bigint generated always as identity,
    kind text not null,
    route_name text collate "C" not null,
    channel text collate "C" not null,
    fallback_channel text collate "C",
    group_id bigint,
    alert_ids bigint[] not null default '{}',
    alert_code text collate "C" not null,
    subject text collate "C" not null default '',
    severity text not null,
    is_simulation boolean not null default false,
    thread_key text collate "C" not null,
    ticket_key text collate "C" not null,
    facts jsonb not null default '{}',
    message jsonb,
    state text not null default 'waiting',
    attempts int not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    next_try_at timestamptz not null default clock_timestamp(),
    leased_by text,
    lease_until timestamptz,
    sent_at timestamptz,
    last_error text,
    primary key (tenant_id, notification_id),
    constraint notifications_kind_is_known check (
        kind in ('firing', 'escalated', 'update', 'repeat', 'acknowledged', 'resolved', 'dead_letter')
    ),
    constraint notifications_state_is_known check (state in ('waiting', 'leased', 'sent', 'dead'))
) with (fillfactor = 80);
create index if not exists notifications_waiting_idx
on obs.notifications (next_try_at) where state in ('waiting', 'leased');
create index if not exists notifications_tenant_id_thread_key_idx on obs.notifications (tenant_id, thread_key, channel);
create index if not exists notifications_notification_id_idx on obs.notifications (notification_id);
create index if not exists notifications_pending_threads_idx
on obs.notifications (tenant_id, channel, thread_key, notification_id) where state in ('waiting', 'leased');
create index if not exists notifications_pending_tickets_idx
on obs.notifications (tenant_id, channel, ticket_key, notification_id) where state in ('waiting', 'leased');

-- What a receiver calls a thread: a Slack timestamp, a Jira key. Secrets never stand here.
create table if not exists obs.notification_threads (
    tenant_id text collate "C" not null,
    channel text collate "C" not null,
    thread_key text collate "C" not null,
    external_ref jsonb not null,
    updated_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, channel, thread_key)
);

create table if not exists obs.forwarders (
    forwarder_id text collate "C" not null primary key,
    channels text[] not null,
    started_at timestamptz not null,
    last_seen_at timestamptz not null,
    is_listening boolean not null default false,
    detail jsonb not null default '{}'
);

-- The cluster whose forwarders may speak: a restored copy has another identity and pages nobody.
create table if not exists obs.cluster (
    only_row boolean not null primary key default true,
    identity text not null,
    accepted_by text not null default session_user,
    accepted_at timestamptz not null default clock_timestamp(),
    constraint cluster_has_one_row check (only_row)
);
do $step$
begin perform obs._record_step('61_delivery', '1819f1bb9e171cc37618bab95ab127c8bb92a6c5cf2a99f27a392b7aa7445c88');
end $step$;
