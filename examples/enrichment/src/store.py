"""The pipeline's own tables, as functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row


@dataclass
class Lead:
    """A company on tonight's list, and what was found out about it."""

    company_id: int
    name: str
    domain: str
    scheme: str
    industry: str
    country: str | None
    vat: str | None
    employees: int
    etag: str | None
    content_hash: str | None
    about: str | None
    contacts: list[str] = field(default_factory=list)
    reachable: int = 0
    bucket: str | None = None


@dataclass(frozen=True)
class Score:
    """How well a lead fits, and why."""

    company_id: int
    points: int
    bucket: str
    rationale: str
    content_hash: str


@dataclass
class Mailbox:
    """One address of a lead's."""

    lead: Lead
    address: str
    status: str = "unknown"

    @property
    def company_id(self) -> int:
        return self.lead.company_id


@dataclass(frozen=True)
class Shortlist:
    """Tonight's companies, and why the other candidates are not among them."""

    considered: int
    leads: list[Lead]
    left_out: dict[str, int]

    def funnel(self) -> list[tuple[str, int, str]]:
        """Name, number and reason: how many candidates there were, how many stayed and why the others did not."""
        lost = [("candidates_lost", number, reason) for reason, number in self.left_out.items()]
        return [("candidates_pre", self.considered, ""), ("candidates_post", len(self.leads), ""), *lost]


class Store:
    """One connection, one tenant, one night."""

    def __init__(self, connection: psycopg.Connection[Any], tenant: str, day: date) -> None:
        self.connection = connection
        self.tenant = tenant
        self.day = day

    def open_run(self) -> int:
        query = "insert into public.enrichment_runs (tenant_id, night) values (%s, %s) returning run_id"
        with self.connection.transaction():
            row = self.connection.execute(query, (self.tenant, self.day)).fetchone()
        assert row
        return int(row[0])

    def close_run(self, run_id: int, status: str) -> None:
        query = "update public.enrichment_runs set status = %s, ended_at = now() where run_id = %s"
        self._execute(query, (status, run_id))

    def refresh_candidates(self) -> None:
        self._execute("refresh materialized view concurrently public.icp_candidate_companies")

    def caps_left(self) -> dict[str, int]:
        """What each daily cap still allows."""
        query = """
            select cap.subject, cap.cap - coalesce(usage.used, 0)
            from public.daily_caps as cap
            left join public.cap_usage as usage
                on cap.tenant_id = usage.tenant_id and cap.subject = usage.subject and usage.day = %s
            where cap.tenant_id = %s"""
        return dict(self.connection.execute(query, (self.day, self.tenant)).fetchall())

    def use_cap(self, subject: str, used: int) -> None:
        query = """
            insert into public.cap_usage as usage (tenant_id, subject, day, used) values (%s, %s, %s, %s)
            on conflict (tenant_id, subject, day) do update set used = usage.used + excluded.used"""
        self._execute(query, (self.tenant, subject, self.day, used))

    def shortlist(self, cap: int) -> Shortlist:
        """Picks the companies that have waited longest, as many as the cap allows."""
        query = """
            select
                candidate.company_id, candidate.name, candidate.domain, candidate.scheme, candidate.industry,
                candidate.country, candidate.vat, candidate.employees,
                page.etag, page.content_hash, page.about
            from public.icp_candidate_companies as candidate
            left join public.staging_pages as page on candidate.company_id = page.company_id
            where candidate.tenant_id = %s
            order by candidate.enriched_on nulls first, candidate.company_id"""
        with self.connection.transaction(), self.connection.cursor(row_factory=class_row(Lead)) as cursor:
            everyone = cursor.execute(query, (self.tenant,)).fetchall()
        with_site = [lead for lead in everyone if lead.domain]
        left_out = {"no_domain": len(everyone) - len(with_site), "daily_cap": max(0, len(with_site) - cap)}
        return Shortlist(len(everyone), with_site[:cap], left_out)

    def load_contacts(self, leads: Iterable[Lead]) -> None:
        query = "select company_id, email from public.staging_contacts where company_id = any(%s) order by email"
        by_id = {lead.company_id: lead for lead in leads}
        for lead in by_id.values():
            lead.contacts = []
        for company_id, email in self.connection.execute(query, (list(by_id),)).fetchall():
            by_id[company_id].contacts.append(email)

    def save_pages(self, leads: Iterable[Lead]) -> None:
        query = """
            insert into public.staging_pages values (%s, %s, %s, %s, %s)
            on conflict (company_id) do update
            set about = excluded.about, content_hash = excluded.content_hash, etag = excluded.etag,
                fetched_on = excluded.fetched_on"""
        pages = [(lead.company_id, lead.about, lead.content_hash, lead.etag, self.day) for lead in leads if lead.about]
        self._execute_many(query, pages)

    def save_contacts(self, contacts: Iterable[tuple[int, str, str]]) -> None:
        """Rows of company id, address and full name, as Lusha gave them."""
        query = """
            insert into public.staging_contacts (company_id, email, full_name, source) values (%s, %s, %s, 'lusha')
            on conflict do nothing"""
        self._execute_many(query, contacts)

    def save_verdicts(self, mailboxes: Iterable[Mailbox]) -> None:
        query = "update public.staging_contacts set email_status = %s where company_id = %s and email = %s"
        self._execute_many(query, [(box.status, box.company_id, box.address) for box in mailboxes])

    def known_scores(self, leads: Iterable[Lead]) -> dict[int, Score]:
        query = """
            select company_id, score as points, bucket, rationale, content_hash
            from public.lead_scores where company_id = any(%s)"""
        with self.connection.transaction(), self.connection.cursor(row_factory=class_row(Score)) as cursor:
            scores = cursor.execute(query, ([lead.company_id for lead in leads],)).fetchall()
        return {score.company_id: score for score in scores}

    def save_scores(self, run_id: int, scores: Iterable[Score]) -> None:
        query = """
            insert into public.lead_scores (run_id, company_id, score, bucket, rationale, content_hash)
            values (%s, %s, %s, %s, %s, %s)
            on conflict (company_id) do update
            set run_id = excluded.run_id, score = excluded.score, bucket = excluded.bucket,
                rationale = excluded.rationale, content_hash = excluded.content_hash"""
        self._execute_many(query, [(run_id, *vars(score).values()) for score in scores])

    def mark_enriched(self, leads: Iterable[Lead]) -> None:
        query = "update public.companies set enriched_on = %s where company_id = any(%s)"
        self._execute(query, (self.day, [lead.company_id for lead in leads]))

    def _execute(self, query: str, parameters: tuple[Any, ...] = ()) -> None:
        with self.connection.transaction():
            self.connection.execute(query, parameters)

    def _execute_many(self, query: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.executemany(query, rows)
