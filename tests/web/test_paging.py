"""Lists longer than a page: every row stands on exactly one of them."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from support.db import Db
from support.qa import drawn
from support.web import Site, links

RUNS, SAMPLES = 120, 60


@pytest.fixture(scope="module")
def ops(site: Site, world: Db) -> httpx.Client:
    world.execute(
        """insert into obs.enrichment_runs (tenant_id, run_id, kind, started_at, ended_at, status, run_day, finished_at)
        select 'a', 'paged-' || n, 'adhoc', s.at, s.at, 'success', s.at::date, s.at
        from generate_series(1, %s) n cross join lateral (select now() - make_interval(mins => n) as at) s""",
        (RUNS,),
    )
    drawn(world, "a-many", SAMPLES, tenant="a")
    return site.page("test_ops")


def walked(client: httpx.Client, path: str, row: str) -> list[list[str]]:
    """The rows of each page, by the link to the next one."""
    found = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, path
        found.append(re.findall(row, answer.text))
        after = re.findall(r'href="([^"]+)" rel="next"|rel="next" href="([^"]+)"', answer.text)
        path = path.split("?")[0] + "".join(after[0]).replace("&amp;", "&") if after else ""
    return found


def test_runs_are_walked_page_by_page_under_the_same_filter(ops: httpx.Client) -> None:
    pages = walked(ops, "/?tenant_id=a", r'<th scope="row"><a href="/runs/(paged-\d+)\?')
    runs = [run for page in pages for run in page]
    assert len(pages) == 3
    assert sorted(runs) == sorted(f"paged-{number}" for number in range(1, RUNS + 1))
    last = ops.get("/?tenant_id=a&page=3").text
    assert "Page 3 of 3" in last
    assert "?tenant_id=a&amp;page=2" in last
    assert ops.get("/?tenant_id=a&page=4").status_code == 404
    assert all("/runs/b-" not in link for link in links(last))


def test_samples_are_walked_page_by_page_of_one_run(ops: httpx.Client) -> None:
    pages = walked(ops, "/qa?run_id=a-many&tenant_id=a", r'<th scope="row"><a href="/qa/a-many/(c\d+)\?')
    assert [len(page) for page in pages] == [50, 10]
    assert {company for page in pages for company in page} == {f"c{place}" for place in range(1, SAMPLES + 1)}
    assert 'rel="prev"' in ops.get("/qa?run_id=a-many&page=2").text


def test_pass_rates_are_drawn_a_tenant_each(ops: httpx.Client, world: Db) -> None:
    for tenant in ("a", "b"):
        world.call("qa_review", run_id=f"{tenant}-qa", company_id="c1", result="pass", tenant_id=tenant)
    text = ops.get("/qa").text
    (chart,) = (json.loads(one) for one in re.findall('<script type="application/json">(.*?)</script>', text))
    assert {one["name"]: [y for y in one["y"] if y is not None] for one in chart["series"]} == {"a": [1], "b": [1]}
