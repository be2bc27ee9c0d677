"""What a pipeline has behind it when diagnosis looks: its own tables, and seven good nights."""

from __future__ import annotations

from support.db import Db
from support.diagnosed import healthy, seen_good
from support.stories import TENANTS, Story

HOST = """
create table public.companies (company_id bigint primary key, tenant_id text, industry text);
create table public.icp_rules (tenant_id text primary key, industries text[], min_employees int);
create table public.odoo_connections (tenant_id text primary key, url text, autopost_bills text);
create materialized view public.icp_candidate_companies as
    select c.tenant_id, c.company_id, c.industry from public.companies c
    join public.icp_rules r on r.tenant_id = c.tenant_id and c.industry = any(r.industries);
create unique index icp_candidate_companies_key on public.icp_candidate_companies (tenant_id, company_id);
insert into public.icp_rules values ('a', '{energy}', 10), ('b', '{retail}', 10);
insert into public.odoo_connections values ('a', 'https://odoo.example', 'ask'), ('b', 'https://b.example', 'ask');
grant usage on schema public to obs_owner;
grant select on public.icp_rules, public.odoo_connections to obs_owner;
"""


def host_tables(db: Db) -> None:
    """The pipeline's own tables, named to obs."""
    db.execute(HOST)
    for key, name in (
        ("host_mv", "icp_candidate_companies"),
        ("host_icp_rules", "icp_rules"),
        ("host_odoo_connections", "odoo_connections"),
    ):
        db.execute("select obs.set_setting(%s, to_jsonb(%s::text))", (key, f"public.{name}"))


def seven_good_nights(db: Db) -> None:
    """Seven good nights of tenant a, whose pipeline has its own tables; the next one is number 7."""
    host_tables(db)
    for number in range(7):
        run = healthy(db, number)
    for code in ("MV-01", "CR-02", "VQ-03", "OA-04", "CC-05", "OE-06"):
        seen_good(db, code, run)


HISTORY = Story("history", seven_good_nights, after=TENANTS)
