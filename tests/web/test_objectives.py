"""`/slo` and the line that an objective is in a chart."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import httpx

from obs_client.shown import trend
from obs_client.web.rendering import ALL
from support.db import Db
from support.web import Site, text_of


def drawn(answer: httpx.Response) -> dict[str, Any]:
    found = re.findall('<script type="application/json">(.*?)</script>', answer.text)
    return {chart["title"]: chart for chart in map(json.loads, found)}


def test_a_difference_has_its_sign_and_unit() -> None:
    share = Decimal("-0.02909090909090909091")
    assert [trend(share, True, "share"), trend(Decimal("0.1"), True, "share"), trend(None, True, "share")] == [
        "−2.9 points", "+10.0 points", "–",
    ]  # fmt: skip
    assert trend(Decimal("-1234.56"), False, "minutes") == "−1,234.6 minutes"


def test_the_page_says_how_a_share_has_changed(site: Site) -> None:
    row = {
        "slo": "run_success_50",
        "title": "Nightly runs that succeed",
        "tenant_id": "a",
        "state": "ok",
        "unit": "share",
        "target": Decimal("0.98"),
        "actual": Decimal("0.9"),
        "n": 10,
        "low": Decimal("0.5"),
        "high": Decimal("0.98"),
        "budget_left": Decimal(-7),
        "budget": Decimal(0),
        "spent": None,
        "trend": Decimal("-0.02909090909090909091"),
        "over": "30 days",
    }
    env = _env(site)
    text = text_of(env.get_template("slo.html").render(
        root="", role="x", form_key="", here="/slo", return_to="", reload=False, title="Objectives",
        slos=[row], charts=[], counts={"breach": 0, "ok": 1, "no_data": 0}, nights=[], alert_of={}, may=ALL,
    ))  # fmt: skip
    assert "90.0 % 10 50.0 % – 98.0 % 7 failed, 0.2 allowed (runs) −2.9 points 30 days" in text


def _env(site: Site) -> Any:
    from obs_client.web.rendering import Pages
    from obs_client.web.service import Service

    return Pages(Service(site.options))._env


def test_the_line_in_the_chart_is_the_tenants_objective(site: Site, world: Db) -> None:
    ops, title = site.page("test_ops"), "Minutes per 1,000 companies"
    assert drawn(ops.get("/?tenant_id=b"))[title]["target"] == 90
    world.execute("select obs.set_setting('slo_duration_min_per_1k', '60', 'b')")
    assert drawn(ops.get("/?tenant_id=b"))[title]["target"] == 60
    assert drawn(ops.get("/"))[title]["target"] is None, "each tenant has its own"


def test_a_breach_leads_to_its_alert_and_the_nights_that_spent_the_budget(new_site: Any, world: Db) -> None:
    for number in range(6):
        world.call("start_run", tenant_id="b", run_id=f"b-lost-{number}")
        world.call("finish_run", tenant_id="b", run_id=f"b-lost-{number}", status="error")
    number = world.one(
        """insert into obs.alerts (tenant_id, alert_code, subject, severity, rule_version, breached_at, fired_at)
        values ('b', 'SL-08', 'run_success_50', 'page', 1, now(), now())
        on conflict do nothing returning alert_id"""
    ) or world.one("select alert_id from obs.alerts where alert_code = 'SL-08' and subject = 'run_success_50'")
    page = new_site().page("test_reader_b").get("/slo").text
    assert f'<a href="/alerts/{number}">SL-08</a>' in page
    text = text_of(page)
    missed = text[text.index("Nights that spent the budget") :]
    assert all(f"b-lost-{number}" in missed for number in range(6))
    assert "b-good" not in missed
    assert "6 failed, " in text
    assert "no data: 0 alerts, 5 needed" in text
    assert drawn(new_site().page("test_reader_b").get("/slo"))["Budget spent; above 1 is a breach"]["x"] == [
        "Nightly runs that succeed, 30 days", "Nightly runs that succeed, last 50 nightly runs",
    ]  # fmt: skip
