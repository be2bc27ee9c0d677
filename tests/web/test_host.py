"""The endpoints in the host's own FastAPI app, beside what it serves already."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI, HTTPException, Response

from obs_client import web
from obs_client.web.status import FIELDS
from obs_client.web.tokens import Signer
from support.db import Db
from support.install import ROOT
from support.web import SECRET, Served

EXISTING = {"total": 120, "by_bucket": {"High": 40, "Low": 80}, "updated": "2026-03-02", "last_run_status": "its own"}
SCORES = "id;name;score\r\n1;=M\u00fcller & S\u00f6hne;0,5\n\n".encode("latin-1")


@pytest.fixture
def options(world: Db, web_login: str) -> web.Options:
    return web.Options(world.dsn_for(web_login), SECRET)


@pytest.fixture
def token() -> dict[str, str]:
    return {"Authorization": f"Bearer {Signer(SECRET).token('test_reader_a', 600)}"}


@pytest.fixture
def host(options: web.Options, world: Db) -> Iterator[httpx.Client]:
    """An app with a status of its own, one of its own errors, and the router of obs."""
    app = FastAPI()
    app.include_router(web.router(options, shortlist_status=False))

    @app.get("/shortlist/status")
    def shortlist_status() -> dict[str, Any]:
        with psycopg.connect(world.dsn_for("test_reader_a")) as conn:
            return web.extend_status(EXISTING, conn, "a")

    @app.get("/export/latest_scores.csv")
    def latest_scores() -> Response:
        return Response(SCORES, media_type="text/csv", headers={"Content-Disposition": "attachment; filename=s.csv"})

    @app.get("/own")
    def own() -> None:
        raise HTTPException(418, "its own")

    served = Served(app)
    yield served.client()
    served.close()


def test_the_hosts_fields_stay_as_they_are_and_four_come_after_them(host: httpx.Client, world: Db) -> None:
    answer = host.get("/shortlist/status")
    said = json.loads(answer.text)
    assert answer.text.startswith(json.dumps(EXISTING, separators=(",", ":"))[:-1])
    assert list(said) == [*EXISTING, *(name for name in FIELDS if name not in EXISTING)]
    assert said["last_run_status"] == "its own"
    assert said["last_run_id"] == world.one(
        "select run_id from obs.enrichment_runs where tenant_id = 'a' order by started_at desc limit 1"
    )


def test_the_router_answers_in_the_hosts_app(host: httpx.Client, token: dict[str, str]) -> None:
    assert host.get("/runs/a-night/stats").status_code == 401
    assert host.get("/runs/a-night/stats", headers=token).json()["run"]["run_id"] == "a-night"
    assert host.get("/runs/b-night/stats", headers=token).status_code == 404
    assert host.get("/export/run_events.csv?run_id=a-night", headers=token).text.startswith("ts,")
    assert host.get("/healthz").json() == {"status": "ok", "database": "up"}
    assert host.get("/qa", headers=token).status_code == 404  # pages are not the host's
    assert host.get("/own").json() == {"detail": "its own"}
    assert "/runs/{run_id}/stats" in host.get("/openapi.json").json()["paths"]


def test_the_hosts_own_export_stays_byte_for_byte(host: httpx.Client, token: dict[str, str]) -> None:
    alone = FastAPI()
    alone.add_api_route("/export/latest_scores.csv", lambda: Response(SCORES, media_type="text/csv"))
    served = Served(alone)
    before = served.client().get("/export/latest_scores.csv")
    served.close()
    for headers in ({}, token):
        beside = host.get("/export/latest_scores.csv", headers=headers)
        assert (beside.status_code, beside.content, beside.headers["content-type"]) == (
            200, before.content, before.headers["content-type"],
        )  # fmt: skip
        assert beside.content == SCORES
        assert set(beside.headers) == {*before.headers, "content-disposition"}, "no header of obs"
    assert host.post("/export/latest_scores.csv").status_code == 405


def test_a_status_that_takes_no_request_is_refused_at_once(options: web.Options) -> None:
    def without() -> dict[str, Any]:
        return {"total": 7}

    async def later(request: object) -> dict[str, Any]:
        return {"total": 7}

    wrong: list[Any] = [without, lambda one, two: {"total": 7}, later, {"total": 7}]
    for one in wrong:
        with pytest.raises(TypeError, match="existing_status is called with the request"):
            web.router(options, existing_status=one)
    right: list[Any] = [
        lambda request: {"total": 7},
        lambda *all: {"total": 7},
        lambda request, more=None: {"total": 7},
    ]
    for one in right:
        web.router(options, existing_status=one)


def test_the_snippets_of_the_page_make_an_app(
    world: Db, web_login: str, token: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs/web.md").read_text()
    found = re.findall(r"```python\n(.*?)```", text[text.index("## In your own app") :], re.S)
    assert len(found) == 2
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    monkeypatch.setenv("OBS_SECRET_FILE", str(secret))
    monkeypatch.setenv("OBS_DSN", world.dsn_for(web_login))
    monkeypatch.setenv("DATABASE_URL", world.dsn_for("test_reader_a"))
    for snippet in found:
        names: dict[str, Any] = {}
        exec(compile(snippet.replace('"alba"', '"a"'), "docs/web.md", "exec"), names)
        served = Served(names["app"])
        said = served.client().get("/shortlist/status", headers=token).json()
        stats = served.client().get("/runs/a-night/stats", headers=token).json()
        served.close()
        assert (list(said), said["last_run_id"] is not None) == (["total", *FIELDS], True)
        assert stats["run"]["tenant_id"] == "a"


def test_the_router_may_extend_what_the_host_says(options: web.Options, token: dict[str, str]) -> None:
    app = FastAPI()
    app.include_router(web.router(options, existing_status=lambda request: {"total": 7, "of": request.url.path}))
    served = Served(app)
    said = served.client().get("/shortlist/status", headers=token).json()
    served.close()
    assert list(said) == ["total", "of", *FIELDS]
    assert (said["total"], said["last_run_id"]) == (7, "a-night")


def test_obs_never_breaks_the_hosts_status(world: Db) -> None:
    nobody = psycopg.connect(world.dsn_for("test_nobody"))
    nobody.execute("select 1")  # a transaction of the host's is open
    with nobody:
        said = web.extend_status({"total": 1}, nobody, "a")
        assert nobody.execute("select 2").fetchone() == (2,)
    assert said == {"total": 1, **dict.fromkeys(FIELDS)}


def test_a_tenant_without_a_run_has_nulls(world: Db) -> None:
    world.call("create_tenant", tenant_id="fresh")
    with psycopg.connect(world.dsn) as conn:
        assert web.extend_status({}, conn, "fresh") == dict.fromkeys(FIELDS)


def test_while_the_database_is_away_the_hosts_fields_stay(options: web.Options, token: dict[str, str]) -> None:
    away = replace(options, dsn="host=127.0.0.1 port=1 dbname=x user=x", pool_wait_s=0.3)
    app = FastAPI()
    app.include_router(web.router(away, existing_status=lambda request: {"total": 7}))
    served = Served(app)
    answer = served.client().get("/shortlist/status", headers=token)
    refused = served.client().get("/shortlist/status")
    served.close()
    assert (answer.status_code, answer.json()) == (200, {"total": 7, **dict.fromkeys(FIELDS)})
    assert refused.status_code == 401
