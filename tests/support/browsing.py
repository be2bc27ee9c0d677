"""A real browser over the pages: fixtures `browser` and `visit`, for the files that import them."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

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
needs_browser = pytest.mark.skipif(bool(MISSING), reason=MISSING)

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
