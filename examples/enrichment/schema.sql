-- The pipeline's own tables, as they stood before obs: companies, rules, contacts, scores and an Odoo-shaped export.
-- Safe to run again.

create table if not exists public.companies (
    company_id bigint primary key,
    tenant_id text not null,
    name text not null,
    domain text,
    scheme text not null default 'http',
    industry text not null,
    country text,
    vat text,
    employees int not null,
    enriched_on date
);

create table if not exists public.icp_rules (
    tenant_id text primary key,
    industries text [] not null,
    min_employees int not null,
    max_employees int not null
);

create table if not exists public.daily_caps (
    tenant_id text not null,
    subject text not null, -- companies, or a vendor's name
    cap int not null,
    primary key (tenant_id, subject)
);

create table if not exists public.cap_usage (
    tenant_id text not null,
    subject text not null,
    day date not null,
    used int not null,
    primary key (tenant_id, subject, day)
);

create table if not exists public.enrichment_runs (
    run_id bigint generated always as identity primary key,
    tenant_id text not null,
    night date not null,
    status text not null default 'started', -- started, done, failed
    started_at timestamptz not null default now(),
    ended_at timestamptz
);

create table if not exists public.staging_pages (
    company_id bigint primary key references public.companies on delete cascade,
    about text not null,
    content_hash text not null,
    etag text,
    fetched_on date not null
);

create table if not exists public.staging_contacts (
    company_id bigint not null references public.companies on delete cascade,
    email text not null,
    full_name text not null,
    source text not null, -- import, or lusha
    email_status text, -- valid, invalid, unknown; null: not looked at yet
    primary key (company_id, email)
);

create table if not exists public.lead_scores (
    company_id bigint primary key references public.companies on delete cascade,
    run_id bigint not null references public.enrichment_runs,
    score int not null,
    bucket text not null check (bucket in ('High', 'Medium', 'Low')),
    rationale text not null,
    content_hash text not null
);

create table if not exists public.odoo_connections (
    tenant_id text primary key,
    autopost_bills text -- Odoo's default for new partners
);

create table if not exists public.odoo_partners (
    tenant_id text not null,
    company_id bigint not null,
    name text not null,
    country text not null,
    vat text,
    autopost_bills text not null,
    lead_bucket text not null,
    primary key (tenant_id, company_id),
    unique (tenant_id, vat),
    constraint odoo_partners_autopost_bills check (autopost_bills in ('ask', 'always', 'never'))
);

create materialized view if not exists public.icp_candidate_companies as
select
    company.tenant_id,
    company.company_id,
    company.name,
    company.domain,
    company.scheme,
    company.industry,
    company.country,
    company.vat,
    company.employees,
    company.enriched_on
from public.companies as company
inner join public.icp_rules as rule on company.tenant_id = rule.tenant_id
where
    company.industry = any(rule.industries)
    and company.employees between rule.min_employees and rule.max_employees;

-- refresh … concurrently needs it
create unique index if not exists icp_candidate_companies_key
on public.icp_candidate_companies (tenant_id, company_id);
