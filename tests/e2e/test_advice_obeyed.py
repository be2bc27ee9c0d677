"""The example pipeline obeys the advice: a vendor that takes few requests at once refuses fewer of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import obs_client as obs
from obs_client import adviser
from obs_client.demo.example import scheduler
from support.db import Db

LEADS = 90


def score(tenant: str) -> int:
    """Scores the same leads in the same world, where OpenAI works on 3 requests at once; how many were scored."""
    scheduler()
    from src.clients import Vendor
    from src.lead_scoring import score_all
    from src.store import Lead
    from world.companies import company
    from world.scenario import Scenario
    from world.vendors import vendors

    found = [company("alba", number) for number in range(LEADS)]
    leads = [
        Lead(one.company_id, one.name, one.domain or "", one.scheme, one.industry, one.country, one.vat, one.employees,
             None, f"hash {one.company_id}", "We make things.")
        for one in found
    ]  # fmt: skip
    store: Any = SimpleNamespace(known_scores=lambda _: {}, save_scores=lambda *_: None)
    with vendors(Scenario("alba", 1, openai_at_once=3)) as base_url, obs.run(tenant, run_id=tenant) as run:
        return len(score_all(store, 1, leads, Vendor("openai", base_url), lambda *_: lambda: None, run))


def test_fewer_429s_with_advice_than_without(db: Db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adviser, "FRESH", 0.2)
    obs.configure(db.dsn_for("test_writer"), spool_dir=tmp_path, linger=0.02)
    try:
        scored = {"obeying": score("obeying")}
        with monkeypatch.context() as deaf:
            deaf.setattr(obs.AttachedRun, "advice", lambda *_: obs.Advice())
            scored["deaf"] = score("deaf")
    finally:
        obs.close()
    hits = dict(db.rows("select tenant_id, rate_limit_hits from obs.run_vendor_usage where vendor = 'openai'"))
    assert 0 < hits["obeying"] < hits["deaf"] / 2, hits
    assert scored["obeying"] > scored["deaf"], scored
    assert db.one("select batch_factor from obs.vendor_advice where tenant_id = 'obeying'") < 1


def test_a_spent_lusha_account_is_left_alone_by_the_next_run_of_the_night(
    db: Db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = scheduler()
    from src.clients import Vendor

    asked: list[str] = []
    ask = Vendor.ask

    def watched(vendor: Vendor, *args: Any, **kwargs: Any) -> Any:
        asked.append(vendor.name)
        return ask(vendor, *args, **kwargs)

    monkeypatch.setattr(Vendor, "ask", watched)
    obs.configure(db.dsn_for("test_writer"), spool_dir=tmp_path)
    try:
        example.run_tenant(db.dsn, "alba", 3, companies=70, cap=40)
        assert asked.count("lusha") >= 12
        asked.clear()
        example.run_tenant(db.dsn, "alba", 2, companies=110, cap=40)
    finally:
        obs.close()
    assert "lusha" not in asked
    assert asked.count("openai") > 0
