"""The database goes and comes back: the server stays, says so, and recovers by itself."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import psycopg

from support.cluster import Cluster
from support.web import Site, text_of

WAIT_S = 20.0


def until(wanted: int, ask: Callable[[], httpx.Response]) -> httpx.Response:
    deadline = time.monotonic() + WAIT_S
    while (answer := ask()).status_code != wanted:
        assert time.monotonic() < deadline, (answer.status_code, answer.text[:300])
        time.sleep(0.05)
    return answer


def test_without_its_database_the_server_says_503_and_recovers(disposable_server: Callable[..., Cluster]) -> None:
    cluster = disposable_server()
    with cluster.connect("obs") as conn:
        conn.execute("create role test_web login")
        conn.execute("grant test_reader_a to test_web")
        conn.execute("select obs.create_tenant('a')")
        conn.execute("select obs.grant_access('test_reader_a', 'a')")
    dsn = f"host={cluster.host} port={cluster.port} user=test_web dbname=obs"
    site = Site(dsn, pool_wait_s=0.3)
    try:
        page, api = site.page("test_reader_a"), site.api("test_reader_a")
        assert api.get("/shortlist/status").status_code == 200
        cluster.stop()
        for client, path in ((api, "/shortlist/status"), (api, "/metrics"), (page, "/"), (page, "/qa"), (page, "/slo"),
                             (api, "/export/run_events.csv?run_id=x"), (page, "/alerts/1")):  # fmt: skip
            answer = client.get(path)
            assert answer.status_code == 503, path
            assert int(answer.headers["retry-after"]) > 0
            assert "database" in answer.text
            assert "Traceback" not in answer.text
            assert str(cluster.port) not in answer.text
        assert "try again" in text_of(page.get("/").text)
        assert page.get("/login").status_code == 200
        until(503, lambda: site.client().get("/healthz"))
        cluster.start()
        until(200, lambda: api.get("/shortlist/status"))
        assert page.get("/").status_code == 200
        until(200, lambda: site.client().get("/healthz"))
    finally:
        site.close()


def test_killed_connections_are_noticed_before_they_are_used(site: Site, world: object, web_login: str) -> None:
    api = site.api("test_reader_a")
    assert api.get("/runs/a-night/stats").status_code == 200
    with psycopg.connect(world.dsn, autocommit=True) as conn:  # type: ignore[attr-defined]
        killed = conn.execute(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where usename = %s", (web_login,)
        ).fetchone()
    assert killed
    assert killed[0] >= 1
    assert api.get("/runs/a-night/stats").status_code == 200


def test_a_statement_that_takes_too_long_is_503_and_not_waited_for(
    world: object, new_site: Callable[..., Site]
) -> None:
    site = new_site(statement_timeout_ms=200)
    with psycopg.connect(world.dsn) as conn:  # type: ignore[attr-defined]
        conn.execute("lock table obs.enrichment_runs in access exclusive mode")
        answer = site.api("test_reader_a").get("/runs/a-night/stats")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "too long" in answer.json()["error"]
    assert site.api("test_reader_a").get("/runs/a-night/stats").status_code == 200


def test_the_pool_is_bounded_and_whoever_finds_it_taken_is_told(world: object, new_site: Callable[..., Site]) -> None:
    site = new_site(pool_connections=1, pool_wait_s=0.1)
    with psycopg.connect(world.dsn) as conn:  # type: ignore[attr-defined]
        conn.execute("lock table obs.enrichment_runs in access exclusive mode")
        api = site.api("test_reader_a")
        waiting = httpx.Client(base_url=site.url, headers=api.headers, timeout=0.3)
        try:
            waiting.get("/runs/a-night/stats")
        except httpx.ReadTimeout:
            pass
        else:
            raise AssertionError("it did not wait for the lock")
        answer = api.get("/shortlist/status")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        waiting.close()
