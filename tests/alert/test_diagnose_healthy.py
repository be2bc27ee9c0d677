"""No check says cause of a run that has nothing wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from obs_client.importing import import_files
from support.db import Db
from support.diagnosed import SUBJECTS, alert, causes, healthy
from support.histories import host_tables
from support.install import ROOT
from support.stories import OBS, Story, fixture_of

SHARED = ROOT.parent / "shared" / "data" / "events"
CODES = [*SUBJECTS, "RN-13", "UP-11", "WD-09"]


def blamed(db: Db, run: str, tenant: str = "a") -> Iterator[tuple[str, str, str]]:
    """What a diagnosis of each rule would call a cause, though nothing is wrong."""
    for code in CODES:
        found = alert(db, code, run, tenant, value=120, threshold=50)
        yield from ((run, code, name) for name in causes(db, found))
        db.execute("delete from obs.alerts where alert_id = %s", (found,))


def prices(db: Db) -> None:
    for vendor in ("lusha", "openai", "tavily", "zerobounce"):
        db.call("set_price", vendor=vendor, unit="call", price_usd=0.01)


def nights_without_a_cause(db: Db, number: int) -> None:
    prices(db)
    db.execute("select obs.tick(), obs.maintain()")
    wrong = []
    for night in range(number):
        wrong += blamed(db, healthy(db, night, seed=7))
    assert wrong == []


@pytest.mark.usefixtures("tenants")
def test_ten_healthy_nights_have_no_cause(db: Db) -> None:
    host_tables(db)
    nights_without_a_cause(db, 10)


@pytest.mark.usefixtures("tenants")
@pytest.mark.soak
def test_a_hundred_healthy_nights_have_no_cause(db: Db) -> None:
    host_tables(db)
    nights_without_a_cause(db, 100)


def imported(db: Db) -> None:
    files: list[Path] = sorted(SHARED.glob("*tenant*.jsonl.gz"))
    if not files:
        pytest.skip("no shared test data beside this tree")
    assert import_files(db.dsn_for("test_writer"), files).complete


real_logs = fixture_of(Story("real_logs", imported, after=OBS))


def test_the_clean_run_of_the_real_logs_has_no_cause(real_logs: Db) -> None:
    prices(real_logs)
    real_logs.execute("select obs.tick(), obs.maintain()")
    assert list(blamed(real_logs, "5001", "101")) == []


@pytest.mark.parametrize(
    ("tenant", "run", "code", "subject", "check"),
    [
        ("102", "5002", "CR-02", "crawl", "crawl_errors"),
        ("101", "5011", "VQ-03", "openai", "vendor_limits"),
        ("102", "5012", "VQ-03", "openai", "vendor_limits"),
        ("101", "5021", "VQ-03", "lusha", "vendor_limits"),
        ("102", "5022", "CC-05", "candidates", "candidate_source"),
    ],
)
def test_faults_of_the_real_logs_are_named(
    real_logs: Db, tenant: str, run: str, code: str, subject: str, check: str
) -> None:
    assert check in causes(real_logs, alert(real_logs, code, run, tenant, subject=subject, value=42, threshold=50))
