"""Samples of real logs, and the machine's checks on real companies, where the shared data stands beside the tree."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from psycopg.types.json import Jsonb

from obs_client.importing import import_files
from support.db import Db
from support.samples import draw_row, drawn


def lines_of(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        return [json.loads(one) for one in file]


def high_by_hand(lines: list[dict[str, Any]]) -> set[str]:
    """Companies whose last score item says High."""
    bucket: dict[str, str] = {}
    for one in sorted(lines, key=lambda one: one["ts"]):
        if (
            one["logger"] == "obs.stage"
            and one["event"] in ("finish", "error")
            and "bucket" in (one.get("extra") or {})
        ):
            bucket[str(one["company_id"])] = one["extra"]["bucket"]
    return {company for company, name in bucket.items() if name == "High"}


def test_the_six_runs(db: Db, shared_events: list[Path]) -> None:
    assert len(shared_events) == 6
    import_files(db.dsn_for("test_writer"), shared_events)
    before = {}
    for path in shared_events:
        lines = lines_of(path)
        tenant, run = str(lines[0]["tenant_id"]), str(lines[0]["run_id"])
        high = high_by_hand(lines)
        chosen = drawn(db, run, tenant=tenant)
        row = draw_row(db, run, tenant=tenant)
        assert len(chosen) == min(10, len(high)), path.name
        assert set(chosen) <= high
        assert (row.available, row.shortfall) == (len(high), max(0, 10 - len(high)))
        assert db.one("select obs._draw_order(%s, %s, 10)", (row.seed, sorted(high))) == chosen, (
            "the same, recalculated"
        )
        before[tenant, run] = chosen
    import_files(db.dsn_for("test_writer"), shared_events)
    for tenant, run in before:
        db.call("sample_qa", run_id=run, tenant_id=tenant)
        assert drawn(db, run, tenant=tenant) == before[tenant, run]


@pytest.fixture
def companies(shared_events: list[Path]) -> list[dict[str, Any]]:
    path = shared_events[0].parents[1] / "companies" / "yc_companies.jsonl"
    return [json.loads(one) for one in path.read_text().rstrip("\n").split("\n")]


def verdicts(db: Db, rows: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    """How often each check of these companies came out how; nothing of a crawl is known."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in db.rows(
        "select obs._qa_checks('a', null, h) as checks from unnest(%s::jsonb[]) h", ([Jsonb(r) for r in rows],)
    ):
        for name, check in row.checks.items():
            found[name][check["verdict"]] += 1
    return found


def as_host(company: dict[str, Any]) -> dict[str, Any]:
    signals = [company["industry"], company.get("subindustry"), company.get("one_liner")]
    return {
        "domain": urlsplit(company["website"] or "").hostname,
        "about": company["long_description"],
        "name": company["name"],
        "industry": company["industry"],
        "signals": json.dumps(signals),
        "contacts": [f"info@{urlsplit(company['website'] or '').hostname}"],
    }


def test_real_companies_seldom_fail(
    db: Db, companies: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = [as_host(one) for one in companies if one["website"] and (one["long_description"] or "").strip()]
    assert len(whole) > 800
    found = verdicts(db, whole)
    assert found["domain"]["fail"] <= 0.02 * len(whole)
    assert found["about"]["fail"] <= 0.02 * len(whole)
    # Without the name: only domain, industry and signals are left to compare with.
    nameless = verdicts(db, [{**one, "name": None} for one in whole])
    assert nameless["about"]["fail"] <= 0.02 * len(whole)
    # The text of another company: some share a term by chance, most are caught.
    texts = [one["about"] for one in whole]
    random.Random(7).shuffle(texts)
    swapped = verdicts(db, [{**one, "about": text} for one, text in zip(whole, texts, strict=True)])
    assert swapped["about"]["fail"] >= 0.5 * len(whole)
    with capsys.disabled():
        print(
            f"\n{len(whole)} real companies: domain {dict(found['domain'])}, about {dict(found['about'])},"
            f" without their names {dict(nameless['about'])}, with another's text {dict(swapped['about'])}"
        )


def test_companies_without_domain_or_text_are_caught(
    db: Db, companies: list[dict[str, Any]], shared_events: list[Path]
) -> None:
    with (shared_events[0].parents[1] / "companies" / "sp500.csv").open() as file:
        named = [{"name": row["Security"], "domain": None, "about": "", "contacts": []} for row in csv.DictReader(file)]
    assert len(named) > 200
    found = verdicts(db, named)
    for check in ("domain", "about", "contacts", "rationale"):
        assert found[check] == {"fail": len(named)}
    unfit = [
        {**as_host(one), "domain": bad}
        for one in companies[:50]
        for bad in (one["name"] + " Inc", "127.0.0.1", "x@y.com")
    ]
    assert verdicts(db, unfit)["domain"]["fail"] == len(unfit)


def test_webmail_is_told_from_companies(db: Db, companies: list[dict[str, Any]], shared_events: list[Path]) -> None:
    folder = shared_events[0].parents[1] / "companies"
    listed = json.loads((folder / "free_email_domains.json").read_text())
    thrown_away = (folder / "disposable_email_domains.txt").read_text().split()
    loaded = db.call("load_webmail_domains", domains=[*listed, *thrown_away])
    assert (
        loaded
        == db.one("select count(*) from obs.webmail_domains")
        == len({one.lower() for one in [*listed, *thrown_away]})
    )
    assert verdicts(db, [{"contacts": [f"jane@{one}"]} for one in listed])["contacts"] == {"fail": len(listed)}
    real = [as_host(one) for one in companies if one["website"]]
    found = verdicts(db, real)["contacts"]
    assert found["fail"] <= 0.02 * len(real)
    assert found["pass"] == len(real) - found["fail"]
