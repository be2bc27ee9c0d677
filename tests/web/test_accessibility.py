"""The pages for people with a keyboard, a screen reader or no scripts, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.browsing import browser, needs_browser, visit
from support.db import Db

__all__ = ["browser", "visit"]
pytestmark = needs_browser


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
