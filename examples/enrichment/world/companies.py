"""Made-up companies and their contacts, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from world.scenario import TENANTS, Scenario, draw

SCHEMA = Path(__file__).parent.parent / "schema.sql"

FIRST = ("Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Indigo", "Juniper")
SECOND = ("Analytics", "Bearings", "Cargo", "Dental", "Energy", "Foods", "Grid", "Health", "Labs", "Metals")
INDUSTRIES = ("logistics", "software", "manufacturing", "health", "energy", "retail")
COUNTRIES = ("AT", "DE", "ES", "FR", "IT", "NL", "PL", "SE")
NAMES = ("Ada Moreau", "Ben Okafor", "Chloe Jansen", "Dario Conti", "Elif Demir", "Finn Larsen", "Hugo Silva")


@dataclass(frozen=True)
class Company:
    """A row of public.companies."""

    company_id: int
    tenant: str
    name: str
    domain: str | None
    scheme: str
    industry: str
    country: str | None
    vat: str | None
    employees: int


def company(tenant: str, number: int) -> Company:
    """The tenant's company of that number. A few have no site, a dead domain, broken TLS or incomplete books."""
    key = (tenant, number)
    name = f"{FIRST[number % len(FIRST)]} {SECOND[number // len(FIRST) % len(SECOND)]} {number}"
    site = draw("site", *key)
    zone = "invalid" if site < 0.015 else "example"
    books = draw("books", *key)
    country = COUNTRIES[int(draw("country", *key) * len(COUNTRIES))]
    vat_number = number - 1 if books < 0.03 else number  # entered twice by hand, as happens
    return Company(
        company_id=(TENANTS.index(tenant) + 1) * 100_000 + number,
        tenant=tenant,
        name=name,
        domain=None if site > 0.97 else f"{name.lower().replace(' ', '-')}.{zone}",
        scheme="https" if 0.015 <= site < 0.035 else "http",
        industry=INDUSTRIES[int(draw("industry", *key) * len(INDUSTRIES))],
        country=None if books > 0.985 else country,
        vat=f"EU{500_000_000 + vat_number}",
        employees=int(5 * 10 ** (draw("size", *key) * 3.2)),
    )


def contact(who: Company) -> tuple[str, str]:
    """Full name and address of somebody at the company; one in twelve writes from a personal mailbox."""
    full_name = NAMES[int(draw("contact", who.company_id) * len(NAMES))]
    private = draw("private", who.company_id) < 1 / 12
    local = full_name.lower().replace(" ", ".") + (str(who.company_id) if private else "")
    return full_name, f"{local}@{'webmail.example' if private else who.domain}"


def prepare(connection: psycopg.Connection[Any], scenario: Scenario, companies: int, nightly_cap: int) -> None:
    """Makes the pipeline's tables and fills them for one tenant; then applies what the night's scenario changed."""
    tenant = scenario.tenant
    rows = [company(tenant, number) for number in range(companies)]
    known = [(row.company_id, *contact(row)) for row in rows if row.domain and draw("known", row.company_id) < 0.35]
    caps = [(tenant, "companies", nightly_cap), (tenant, "lusha", nightly_cap * 2 // 3)]
    rule = (tenant, list(INDUSTRIES[:5]), scenario.min_employees, 5000)
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(SCHEMA.read_text())
        cursor.executemany(
            """insert into public.companies
                   (company_id, tenant_id, name, domain, scheme, industry, country, vat, employees)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing""",
            [tuple(vars(row).values()) for row in rows],
        )
        cursor.executemany(
            """insert into public.staging_contacts (company_id, full_name, email, source)
               values (%s, %s, %s, 'import') on conflict do nothing""",
            known,
        )
        cursor.execute(
            """insert into public.icp_rules values (%s, %s, %s, %s)
               on conflict (tenant_id) do update set min_employees = excluded.min_employees""",
            rule,
        )
        cursor.execute("insert into public.odoo_connections values (%s, 'ask') on conflict do nothing", (tenant,))
        cursor.executemany("insert into public.daily_caps values (%s, %s, %s) on conflict do nothing", caps)
