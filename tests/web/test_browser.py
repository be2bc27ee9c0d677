"""The pages in a real browser: no error, no violation of the policy, charts as SQL has them, usable by keyboard."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from support.db import Db
from support.web import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium")
MISSING = next(
    (
        reason
        for reason, missing in (
            ("Debian's chromium is not installed: pages were not tried in a browser", CHROMIUM is None),
            ("playwright is not installed: pages were not tried in a browser",
             importlib.util.find_spec("playwright") is None),
            ("axe-playwright-python is not installed: pages were not tried in a browser",
             importlib.util.find_spec("axe_playwright_python") is None),
        )
        if missing
    ),
    "",
)  # fmt: skip
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

VIOLATIONS = """window.violations = [];
addEventListener("securitypolicyviolation", (one) => violations.push(`${one.violatedDirective} ${one.sourceFile}`));
"""
DRAWN = "html[data-charts=drawn]"


@dataclass
class Visit:
    """A page of the browser, and what its console said."""

    page: Page
    said: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(path)
        if self.page.locator("figure[data-chart]").count():
            self.page.wait_for_selector(DRAWN, timeout=20_000)
        return self.page

    def check(self) -> None:
        assert self.said == []
        assert self.page.evaluate("window.violations") == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Callable[..., Any]:
    @contextmanager
    def visiting(role: str, **options: Any) -> Iterator[Visit]:
        """Somebody who has logged in by the form."""
        context: BrowserContext = browser.new_context(base_url=site.url, **options)
        context.add_init_script(VIOLATIONS)
        found = Visit(context.new_page())
        found.page.on("console", lambda m: found.said.append(m.text) if m.type in ("error", "warning") else None)
        found.page.on("pageerror", lambda error: found.said.append(str(error)))
        found.page.goto("/login")
        found.page.get_by_label("Token").fill(site.token(role))
        found.page.get_by_role("button", name="Log in").click()
        found.page.wait_for_selector("nav[aria-label=Pages]")
        try:
            yield found
        finally:
            context.close()

    return visiting


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


def test_axe_finds_no_serious_violation(visit: Callable[..., Any], alert_of: Callable[[str], int]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = []
    front, run, alert = "/?tenant_id=a", "/runs/a-night", f"/alerts/{alert_of('a')}"
    for scheme, paths in (
        ("light", [front, run, alert, "/qa", "/qa/a-qa/c1", "/slo", "/login"]),
        ("dark", [run]),
    ):
        with visit("test_reader_a", color_scheme=scheme, bypass_csp=True) as seen:
            for path in paths:
                page = seen.open(path)
                page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
                violations = Axe().run(page).response["violations"]
                found += [
                    (scheme, path, one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"])
                    for one in violations
                    if one["impact"] in ("serious", "critical")
                ]
    assert found == []


def test_the_tabulator_reaches_every_control_and_the_focus_shows(
    visit: Callable[..., Any], alert_of: Callable[[str], int]
) -> None:
    with visit("test_reader_a") as seen:
        for path in ("/?tenant_id=a", f"/alerts/{alert_of('a')}", "/qa/a-qa/c2", "/login"):
            page = seen.open(path)
            wanted = page.evaluate(
                """() => {
                  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";
                  const all = [...document.querySelectorAll(controls)];
                  const kept = all.filter((one) => one.checkVisibility() && (one.type !== "radio" || one.checked
                    || !document.querySelector(`input[name="${one.name}"]:checked`)));
                  kept.forEach((one) => { one.dataset.wanted = ""; });
                  return kept.length;
                }"""
            )
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "skip"
            for _ in range(6 * wanted):
                page.evaluate("delete document.activeElement.dataset.wanted")
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none" or page.evaluate("document.activeElement === document.body"), path
                page.keyboard.press("Tab")
                if not page.evaluate("document.querySelectorAll('[data-wanted]').length"):
                    break
            radios = "[...document.querySelectorAll('[data-wanted]')].filter((one) => one.type !== 'radio')"
            assert page.evaluate(f"{radios}.map((one) => one.outerHTML.slice(0, 120))") == [], path
        page = seen.open("/slo")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_without_scripts_the_tables_say_it_all(visit: Callable[..., Any], world: Db) -> None:
    with visit("test_reader_a", java_script_enabled=False) as seen:
        page = seen.page
        page.goto("/runs/a-night")
        assert page.locator("[data-plot]").first.is_hidden()
        page.get_by_text("Time an item takes as a table").click()
        row = page.locator("figure[data-chart=time-an-item-takes] tbody tr").filter(has_text="crawl")
        crawl = next(one for one in world.one("select obs.run_stats('a-night')")["stages"] if one["stage"] == "crawl")
        assert row.locator("td").all_inner_texts() == [str(crawl[f"p{q}_ms"]) for q in (50, 95, 99)]
