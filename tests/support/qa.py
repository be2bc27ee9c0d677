"""Samples as a draw leaves them, put there directly, and what their reviewers say."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db
from support.stories import TENANTS, Story

CHECKS = {
    "domain": {"verdict": "pass", "reason": "resolves", "by": "machine"},
    "about": {"verdict": "unknown", "reason": "no text", "by": "machine", "length": 0},
    "contacts": {"verdict": "fail", "reason": "no business address", "by": "machine"},
    "rationale": {"verdict": "pass", "reason": "120 characters", "by": "machine", "length": 120},
}


def drawn(
    db: Db,
    run: str = "r1",
    number: int = 10,
    tenant: str = "a",
    stratum: str = "random",
    requested: int = 10,
    started_at: str = "2026-03-02 01:00:00+00",
    kind: str = "nightly",
) -> list[str]:
    """A run with a sample of so many companies, c1, c2, …; the companies."""
    if not db.rows("select from obs.enrichment_runs where tenant_id = %s and run_id = %s", (tenant, run)):
        db.call("start_run", tenant_id=tenant, run_id=run, started_at=started_at, kind=kind)
        db.call("finish_run", run_id=run, tenant_id=tenant)
        db.execute("delete from obs.qa_draws where tenant_id = %s and run_id = %s", (tenant, run))
    db.execute(
        """insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
        values (%s, %s, %s, 'High', 'seed-1', %s, %s, %s, 'events')""",
        (tenant, run, stratum, requested, number, number),
    )
    prefix = "c" if stratum == "random" else "k"
    companies = [f"{prefix}{place}" for place in range(1, number + 1)]
    for place, company in enumerate(companies, 1):
        db.execute(
            """insert into obs.qa_samples (tenant_id, run_id, company_id, bucket, checks, stratum, draw_rank)
            values (%s, %s, %s, 'High', %s, %s, %s)""",
            (tenant, run, company, Jsonb(CHECKS), stratum, place),
        )
    return companies


def review(db: Db, company: str, result: str, run: str = "r1", tenant: str = "a", **more: Any) -> Any:
    return db.call("qa_review", run_id=run, company_id=company, result=result, tenant_id=tenant, **more)


def reviewed(db: Db, passed: int, failed: int, run: str = "r1", tenant: str = "a") -> None:
    """The first companies pass, the next fail, the rest wait."""
    for place in range(1, passed + failed + 1):
        review(db, f"c{place}", "pass" if place <= passed else "fail", run, tenant)


def status(db: Db, run: str = "r1", tenant: str = "a") -> Any:
    return db.row("select * from obs.qa_run_status where tenant_id = %s and run_id = %s", (tenant, run))


def follow_ups(db: Db) -> list[Any]:
    return db.rows("select tenant_id, run_id, passed, failed, pending, closed_at from obs.qa_follow_ups order by 1, 2")


def ten_companies(db: Db) -> None:
    """Reviewers of a: test_reviewer_a and test_reviewer; of b: test_reviewer_b. Run r1 of a, ten companies."""
    for login, tenant in (("test_reviewer_a", "a"), ("test_reviewer", "a"), ("test_reviewer_b", "b")):
        db.call("grant_access", role=login, tenant_id=tenant)
    drawn(db)


NIGHT = Story("night", ten_companies, after=TENANTS)
