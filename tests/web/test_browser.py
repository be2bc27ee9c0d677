"""The pages in a real browser: no error, no violation of the policy, charts as SQL has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from support.browsing import DRAWN, Visit, browser, needs_browser, visit
from support.db import Db

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["browser", "visit"]
pytestmark = needs_browser


def charts(page: Page) -> dict[str, dict[str, tuple[list[str], list[Any]]]]:
    """What plotly.js holds of each chart: {chart: {series: (x, y)}}."""
    found: list[Any] = page.evaluate(
        """[...document.querySelectorAll("figure[data-drawn]")].map((figure) => [figure.dataset.chart,
            figure.querySelector("[data-plot]").data.map((trace) => [trace.name, trace.x, trace.y])])"""
    )
    return {chart: {name: (x, y) for name, x, y in traces} for chart, traces in found}


def same(drawn: list[Any], wanted: list[Any]) -> bool:
    pairs = zip(drawn, wanted, strict=True)
    return all((a is None) == (b is None) and (a is None or abs(a - float(b)) < 1e-9) for a, b in pairs)


def test_charts_and_their_tables_show_what_sql_gives(visit: Callable[..., Any], world: Db) -> None:
    reader = world.login("test_reader_a")
    with visit("test_reader_a") as seen:
        page = seen.open("/?tenant_id=a")
        drawn = charts(page)
        runs = reader.rows("select * from obs.dash_tenant_overview where run_id <> 'a-qa' order by started_at")
        for chart, column in (
            ("shortlist-delivered", "shortlist_delivered"), ("success-rate", "success_rate"), ("cost", "cost_usd"),
            ("minutes-per-1-000-companies", "duration_min_per_1k"),
        ):  # fmt: skip
            values = [getattr(run, column) for run in runs]
            assert same(drawn[chart]["a"][1], values), chart
            table = page.locator(f"figure[data-chart={chart}] tbody td").all_text_contents()
            assert [cell.strip() != "–" for cell in table] == [value is not None for value in values]
        vendors = reader.rows("select vendor, cost_usd from obs.dash_vendor_usage order by started_at, run_id, vendor")
        for vendor in {row.vendor for row in vendors}:
            wanted = [row.cost_usd for row in vendors if row.vendor == vendor]
            assert same([y for y in drawn["cost-by-vendor"][vendor][1] if y is not None], wanted)
        costs = page.locator("figure[data-chart=cost] tbody td").all_text_contents()
        assert [Decimal(cell) for cell in costs if cell != "–"] == [
            round(run.cost_usd, 4) for run in runs if run.cost_usd is not None
        ]
        stats = reader.one("select obs.run_stats('a-night')")
        drawn = charts(seen.open("/runs/a-night"))
        for quantile in ("p50", "p95", "p99"):
            x, y = drawn["time-an-item-takes"][quantile]
            assert x == [stage["stage"] for stage in stats["stages"]]
            assert same(y, [stage[f"{quantile}_ms"] for stage in stats["stages"]])


def test_a_reviewer_fills_a_sample_and_the_pass_rate_changes(visit: Callable[..., Any], world: Db) -> None:
    with visit("test_reviewer_b") as seen:
        page = seen.page
        assert page.url.endswith("/qa")
        rate = page.locator("tr[data-run=b-qa] [data-rate]")
        assert rate.inner_text() == "–"
        for result in ("pass", "fail"):
            page.get_by_role("button", name="Take the next company").click()
            page.get_by_role("group", name="Result").get_by_label(result, exact=True).check()
            page.get_by_role("group", name="About").get_by_label(result, exact=True).check()
            page.get_by_label("Notes for colleagues").fill("looked at")
            page.get_by_role("button", name="Record").click()
            page.wait_for_url("**/qa?run_id=b-qa*")
        assert rate.inner_text() == "50.0 %"
        page.wait_for_selector(DRAWN)
        assert charts(page)["qa-pass-rate"]["b"][1] == [0.5]
        seen.check()
    assert world.one("select pass_rate from obs.qa_run_status where run_id = 'b-qa'") == Decimal("0.5")


def test_the_runbook_is_ticked_by_who_is_logged_in(visit: Callable[..., Any], alert_of: Callable[[str], int]) -> None:
    with visit("test_reader_b") as seen:
        page = seen.open(f"/alerts/{alert_of('b')}")
        page.get_by_label("Note on step 1").fill("looked")
        page.get_by_role("button", name="Step 1 is done").click()
        assert re.search(r"Done by test_reader_b, .*: looked", page.locator("#step-1").inner_text())
        assert page.get_by_text(re.compile(r"^1 of \d+ steps done")).count() == 1
        page.get_by_label("Note", exact=True).fill("mine")
        page.get_by_role("button", name="Take this alert").click()
        assert page.get_by_role("button", name="Take this alert").count() == 0
        seen.check()


def test_no_page_has_an_error_a_violation_or_another_tenant(visit: Callable[..., Any]) -> None:
    """Follows every link from the front page: nothing of b stands anywhere, in text, attribute or chart."""
    with visit("test_reader_a") as seen:
        waiting, visited = ["/"], {"/"}
        while waiting:
            page = seen.open(waiting.pop())
            check(seen)
            assert not re.search(r"\bb-(night|good|qa)\b|test_reviewer_b|test_reader_b", page.content())
            assert page.locator("option, td, dd").filter(has_text=re.compile(r"^b$")).count() == 0
            links = page.locator("a[href^='/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
            shapes = {shape(link): link.split("#")[0] for link in links if not link.startswith("/export/")}
            waiting += [link for known, link in shapes.items() if known not in visited]
            visited |= set(shapes)
    assert visited >= {"/", "/runs/a-night", "/runs/a-good", "/alerts/", "/qa", "/qa/a-qa/", "/slo"}


def shape(link: str) -> str:
    """One of the ten companies and one of the alerts stand for all."""
    return re.sub(r"(?<=^/alerts/)\d+|(?<=^/qa/a-qa/)[^/]+", "", link.split("?")[0].split("#")[0])


def check(seen: Visit) -> None:
    assert seen.page.locator("h1").count() == 1
    for plot in seen.page.locator("figure[data-chart] [data-plot]").all():
        assert plot.locator("svg.main-svg").first.bounding_box()["height"] > 200
    seen.check()


def test_in_the_dark_it_is_the_same(visit: Callable[..., Any]) -> None:
    with visit("test_reader_a", color_scheme="dark") as seen:
        for path in ("/runs/a-night", "/qa/a-qa/c1"):
            page = seen.open(path)
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 24, 31)"
            check(seen)


def test_a_tampered_session_is_401(visit: Callable[..., Any]) -> None:
    with visit("test_reader_a") as seen:
        context = seen.page.context
        (cookie,) = (one for one in context.cookies() if one["name"] == "obs_session")
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        context.add_cookies([{**cookie, "value": cookie["value"][:-2] + "AA"}])
        assert seen.page.goto("/").status == 401
        assert seen.page.get_by_label("Token").is_visible()
        assert "a-night" not in seen.page.content()
