-- Tenants, who may act for them, their settings and their secrets.
create table if not exists obs.tenants (
    tenant_id text collate "C" not null primary key,
    display_name text,
    time_zone text not null default 'UTC',
    is_new boolean not null default false,
    created_by text not null default session_user,
    created_at timestamptz not null default clock_timestamp(),
    constraint tenants_id_is_1_to_128_printable check (tenant_id ~ '^[^[:cntrl:]]{1,128}$')
);

create table if not exists obs.tenant_roles (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    role_name text collate "C" not null,
    granted_by text not null default session_user,
    granted_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz,
    primary key (tenant_id, role_name)
);
create index if not exists tenant_roles_role_name_idx on obs.tenant_roles (role_name);

create table if not exists obs.settings (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    key text collate "C" not null,
    value jsonb not null,
    updated_by text not null default session_user,
    updated_at timestamptz not null default clock_timestamp(),
    constraint settings_one_value_a_scope unique nulls not distinct (tenant_id, key)
);

create table if not exists obs.tenant_peppers (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    version smallint not null default 1,
    pepper bytea,
    created_at timestamptz not null default clock_timestamp(),
    destroyed_at timestamptz,
    primary key (tenant_id, version),
    constraint tenant_peppers_gone_when_destroyed check ((pepper is null) = (destroyed_at is not null))
);

create table if not exists obs.extra_keys (
    tenant_id text collate "C" references obs.tenants on delete cascade,
    key text collate "C" not null,
    allowed_by text not null default session_user,
    allowed_at timestamptz not null default clock_timestamp(),
    constraint extra_keys_once_a_scope unique nulls not distinct (tenant_id, key)
);

create table if not exists obs.audit_log (
    tenant_id text collate "C",
    audit_id bigint generated always as identity,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    action text not null,
    detail jsonb not null default '{}'
);
create unique index if not exists audit_log_tenant_id_audit_id_idx on obs.audit_log (tenant_id, audit_id);
do $step$
begin perform obs._record_step('10_tenancy', '41a8fbcce979049da9a6108eaef235f2c9324df2152a13abaed7d98f21e7e5d3');
end $step$;
