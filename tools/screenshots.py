"""Makes the README's pictures: runs the demo and looks at its pages in headless Chromium.

python tools/screenshots.py [--into DIRECTORY]

Wants Debian's chromium or another one that CHROMIUM names. Each picture is at most 150 kB.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from obs_client.demo import run_demo
from obs_client.demo.pages import Pages

ROOT = Path(__file__).resolve().parent.parent
LIMIT_BYTES = 150_000
WIDTH, HEIGHT = 1180, 908
DRAWN = "html[data-charts=drawn]"
PICTURES = (  # name, page or what leads to it, the link to follow from there
    ("pages_overview", "/?tenant_id=alba", None),
    ("pages_run", "/?tenant_id=alba", "table tbody th a[href*='/runs/']"),
    ("pages_alert", "/", "table tbody tr:has-text('ops') th a[href*='/alerts/']"),
)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--into", type=Path, default=ROOT / "docs" / "images")
    options = given.parse_args()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("screenshots: no Chromium here; CHROMIUM names one (Debian: apt-get install chromium)", file=sys.stderr)
        return 2
    made: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="obs-screenshots-") as home:
        ended = run_demo(home=Path(home), look=lambda pages: made.extend(pictures(pages, chromium, options.into)))
    too_large = [path.name for path in made if path.stat().st_size > LIMIT_BYTES]
    for path in made:
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    if too_large:
        print(f"screenshots: larger than {LIMIT_BYTES / 1000:.0f} kB: {', '.join(too_large)}", file=sys.stderr)
    return ended or int(bool(too_large) or len(made) != len(PICTURES))


def pictures(pages: Pages, chromium: str, into: Path) -> list[Path]:
    """One file a page, as an operator sees it in the light scheme."""
    into.mkdir(parents=True, exist_ok=True)
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(
            base_url=pages.url,
            viewport={"width": WIDTH, "height": HEIGHT},
            color_scheme="light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("Token").fill(pages.tokens["ops"])
        page.locator("main button[type=submit]").click()
        page.wait_for_selector("nav")
        for name, start, link in PICTURES:
            show(page, start, link)
            made.append(into / f"{name}.png")
            page.screenshot(path=made[-1])
        browser.close()
    return made


def show(page: Page, start: str, link: str | None) -> None:
    page.goto(start)
    if link is not None:
        page.goto(str(page.locator(link).first.get_attribute("href")))
    if page.locator("figure[data-chart]").count():
        page.wait_for_selector(DRAWN, timeout=20_000)


if __name__ == "__main__":
    sys.exit(main())
