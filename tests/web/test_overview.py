"""The overview of a tenant: by the nights and objectives that are its own."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.web import Site, text_of

STARTS = {"evening": "2026-03-01 21:30Z", "morning": "2026-03-02 00:10Z", "next": "2026-03-02 22:30Z"}


@pytest.fixture
def paris(world: Db, site: Site, web_login: str, new_role: Callable[..., str]) -> httpx.Client:
    """As a reader of a tenant in Paris, where 21:30 UTC is 22:30."""
    world.call("create_tenant", tenant_id="paris", time_zone="Europe/Paris")
    world.call("set_setting", key="slo_duration_min_per_1k", value=Jsonb(61), tenant_id="paris")
    for run, at in STARTS.items():
        world.execute(
            """insert into obs.enrichment_runs (tenant_id, run_id, started_at, ended_at, status, run_day)
            values ('paris', %(run)s, %(at)s, %(at)s::timestamptz + interval '1 hour', 'success', '2026-03-02')
            on conflict do nothing""",
            {"run": run, "at": at},
        )
        world.call("set_metric", run_id=run, name="candidates_post", value=500, tenant_id="paris")
    role = new_role("obs_reader")
    world.execute(f"grant {role} to {web_login}")
    world.call("grant_access", role=role, tenant_id="paris")
    return site.page(role)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("?from=2026-03-02&to=2026-03-02", {"evening", "morning"}),
        ("?from=2026-03-03&to=2026-03-03", {"next"}),
        ("?from=2026-03-01&to=2026-03-01", set()),
    ],
)
def test_days_asked_for_are_nights_of_the_tenant(paris: httpx.Client, asked: str, shown: set[str]) -> None:
    html = paris.get("/" + asked).text
    assert {run for run in STARTS if f"/runs/{run}?" in html} == shown


def test_without_days_the_newest_night_is_the_last_one(paris: httpx.Client) -> None:
    assert 'name="to" type="date" value="2026-03-03"' in paris.get("/").text


def test_the_target_is_the_tenants_own(paris: httpx.Client) -> None:
    assert "target 61" in text_of(paris.get("/").text)
