"""Ids that an address cannot hold as they are."""

from __future__ import annotations

from html import escape
from urllib.parse import urljoin

import pytest

from obs_client.web.rendering import run_path, sample_path
from support.db import Db
from support.qa import drawn
from support.web import Site, forms


def as_browsers_ask(path: str) -> str:
    """The path without what a browser takes out of it."""
    return urljoin("http://127.0.0.1/", path.replace("%2e", ".").replace("%2E", ".")).removeprefix("http://127.0.0.1")


@pytest.mark.parametrize("run", [".", "..", "a/b", "...", "by-id", "a b?c#d&e%2e"])
def test_links_to_any_run_find_it(site: Site, world: Db, run: str) -> None:
    world.call("start_run", tenant_id="a", run_id=run)
    page = site.page("test_reader_a")
    link = run_path("a", run)
    assert as_browsers_ask(link) == link
    answer = page.get(link)
    assert (answer.status_code, f"<h1>Run {escape(run)}</h1>" in answer.text) == (200, True)
    assert site.api("test_reader_a").get("/runs/by-id/stats", params={"run_id": run}).json()["run"]["run_id"] == run


@pytest.mark.parametrize("run", [".", ".."])
def test_samples_of_such_runs_are_reviewed(site: Site, world: Db, run: str) -> None:
    drawn(world, f"{run}", tenant="b")
    page = site.page("test_reviewer_b")
    link = sample_path("b", run, "c1")
    assert as_browsers_ask(link) == link
    form = next(
        one for one in forms(page.get(link).text) if one.action.startswith("/qa/") and "claim" not in one.action
    )
    assert page.post(form.action, data={**form.fields, "result": "pass"}).status_code == 303
    query = "select result from obs.qa_samples where tenant_id = 'b' and run_id = %s and company_id = 'c1'"
    assert world.one(query, (run,)) == "pass"
