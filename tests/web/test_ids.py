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


def test_the_path_says_which_run_whatever_the_query_adds(site: Site, world: Db) -> None:
    for run in ("of-the-path", "of-the-query"):
        world.call("start_run", tenant_id="a", run_id=run)
    found = site.api("test_reader_a").get("/runs/of-the-path/stats", params={"run_id": "of-the-query"})
    assert found.json()["run"]["run_id"] == "of-the-path"


def test_trace_ids_are_links_once_it_is_known_where_they_lead(site: Site, world: Db) -> None:
    world.call("start_run", tenant_id="a", run_id="traced")
    for number, event in ((1, "finish"), (2, "error")):
        event_of = {"run_id": "traced", "tenant_id": "a", "stage": "crawl", "event": event, "duration_ms": number}
        world.call("log_event", **event_of, trace_id="t/1", status="success" if event == "finish" else "error")
    world.call("finish_stage", run_id="traced", tenant_id="a", stage="crawl")
    page = site.page("test_reader_a")
    assert "<code>t/1</code>" in page.get("/runs/traced").text
    assert "<code>t/1</code></a>" not in page.get("/runs/traced").text
    world.execute("select obs.set_setting('trace_url_template', '\"https://traces.example/{trace_id}\"', 'b')")
    assert "traces.example" not in page.get("/runs/traced").text
    world.execute("select obs.set_setting('trace_url_template', '\"https://traces.example/{trace_id}\"', 'a')")
    link = '<a href="https://traces.example/t%2F1" rel="noopener noreferrer"><code>t/1</code></a>'
    assert page.get("/runs/traced").text.count(link) == 2  # of the slowest item, and of the first error


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
