"""Opens every dashboard of a Superset as a user, judges what its charts get, and takes a picture.

Run by tools/superset_proof.py with Superset's own Python, which has playwright; what to do comes on stdin as JSON.
"""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from PIL import Image
from playwright.sync_api import Page, Response, sync_playwright

WIDTH, HEIGHT = 1280, 900
AT_REST = """() => {
    const charts = document.querySelectorAll('.dashboard-chart-id-container, [data-test="chart-grid-component"]');
    return charts.length > 0 &&
        !document.querySelector('.loading, [data-test="loading-indicator"], .ant-spin-spinning');
}"""


class Answers:
    """What the charts of a dashboard were answered."""

    def __init__(self, page: Page) -> None:
        self.charts: dict[str, list[dict[str, Any]]] = {}
        self.problems: list[str] = []
        page.on("response", self._take)

    def _take(self, response: Response) -> None:
        chart = re.search(r'"slice_id":(\d+)', unquote(response.url))  # the filters ask for their values without one
        if "/api/v1/chart/data" not in response.url or not chart:
            return
        if response.status != 200:
            self.problems.append(f"{response.status} {response.text()[:300]}")
            return
        for result in response.json()["result"]:
            self.charts.setdefault(chart[1], []).extend(result["data"])


def main() -> None:
    asked = json.load(sys.stdin)
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=asked["chromium"], args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        log_in(page, asked)
        failed = [problem for board, charts in asked["boards"].items() for problem in look(page, asked, board, charts)]
        browser.close()
    if failed:
        raise SystemExit("\n".join(failed))


def log_in(page: Page, asked: dict[str, Any]) -> None:
    page.goto(f"{asked['address']}/login/")
    page.fill("#username", asked["user"])
    page.fill("#password", asked["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/superset/welcome/")


def look(page: Page, asked: dict[str, Any], board: str, charts: int) -> list[str]:
    """What is wrong with a dashboard."""
    got = Answers(page)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(f"{asked['address']}/superset/dashboard/obs-{board.replace('_', '-')}/")
    settle(page)
    height = page.evaluate("() => document.querySelector('.grid-container, .dashboard')?.scrollHeight || 0")
    page.set_viewport_size({"width": WIDTH, "height": max(HEIGHT, min(height + 200, 4000))})
    settle(page)
    size = save(page.screenshot(), Path(asked["shots"]) / f"superset_{board}.png")
    rows = sum(map(len, got.charts.values()))
    print(f"{board}: {len(got.charts)} charts, {rows} rows, picture of {size // 1000} kB", flush=True)
    wrong = [f"{board}: {problem}" for problem in got.problems]
    wrong += [f"{board}: {alert.inner_text()[:300]}" for alert in page.query_selector_all(".ant-alert-error")]
    if len(got.charts) != charts:
        wrong.append(f"{board}: {len(got.charts)} of {charts} charts were drawn")
    wrong += [f"{board}: chart {chart} has no rows" for chart, data in got.charts.items() if not data]
    if asked["other"] in json.dumps(got.charts):
        wrong.append(f"{board}: tells of {asked['other']}")
    return wrong


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle", timeout=120_000)
    page.wait_for_function(AT_REST, timeout=120_000)
    page.wait_for_timeout(3000)  # charts grow into place


def save(picture: bytes, path: Path) -> int:
    """A palette of 64 colours is enough for charts, and a third of the bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(colors=64).save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    main()
