"""The endpoints for programs: the JSON of the SQL functions, CSV as it streams, statuses that say what is the case."""

from __future__ import annotations

import csv
import io
import socket
from collections.abc import Callable

import httpx
import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.outbox import wait_until
from support.web import Site

CSP = "default-src 'none'; script-src 'self'; style-src 'self'"


@pytest.fixture(scope="module")
def reader(site: Site) -> httpx.Client:
    return site.api("test_reader_a")


@pytest.fixture(scope="module")
def as_reader(world: Db) -> Db:
    return world.login("test_reader_a")


def test_shortlist_status_is_the_sql_function(reader: httpx.Client, as_reader: Db, site: Site) -> None:
    assert reader.get("/shortlist/status").json() == as_reader.one("select obs.shortlist_status()")
    assert reader.get("/shortlist/status", params={"tenant_id": "a"}).json()["last_run_id"] == "a-night"
    nobody = site.api("test_nobody").get("/shortlist/status")
    assert nobody.status_code == 403


def test_run_stats_is_the_sql_function_and_its_etag_saves_the_next_one(reader: httpx.Client, as_reader: Db) -> None:
    first = reader.get("/runs/a-night/stats")
    assert first.json() == as_reader.one("select obs.run_stats('a-night')")
    etag = first.headers["etag"]
    assert etag == f'"{first.json()["etag"]}"'
    for header in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = reader.get("/runs/a-night/stats", headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert reader.get("/runs/a-night/stats", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_late_event_changes_the_etag(site: Site, world: Db) -> None:
    reader = site.api("test_reader_b")
    etag = reader.get("/runs/b-good/stats").headers["etag"]
    event = {"tenant_id": "b", "run_id": "b-good", "logger": "obs.stage", "stage": "crawl", "event": "finish",
             "status": "success", "company_id": "late", "duration_ms": 7}  # fmt: skip
    world.call("log_events", events=Jsonb([event]))
    world.call("tick")
    after = reader.get("/runs/b-good/stats", headers={"If-None-Match": etag})
    assert after.status_code == 200
    assert after.headers["etag"] != etag


def test_events_come_as_csv_row_for_row(reader: httpx.Client, as_reader: Db) -> None:
    answer = reader.get("/export/run_events.csv", params={"run_id": "a-night"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="run_events_a-night.csv"'
    lines = [line for (line,) in as_reader.rows("select obs.run_events_csv('a-night')")]
    assert answer.text == "".join(f"{line}\r\n" for line in lines)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))
    assert len(rows) == as_reader.one("select count(*) from obs.run_event_logs where run_id = 'a-night'") > 50
    assert {row["tenant_id"] for row in rows} == {"a"}


def test_an_export_of_many_rows_comes_in_parts_and_gives_its_connection_back(
    world: Db, new_site: Callable[..., Site]
) -> None:
    site = new_site(pool_connections=2, exports_at_once=1)
    world.call("start_run", tenant_id="b", run_id="b-long")
    world.execute(
        """select obs.log_events(jsonb_agg(jsonb_build_object(
            'tenant_id', 'b', 'run_id', 'b-long', 'logger', 'obs.stage', 'stage', 'crawl', 'event', 'finish',
            'status', 'success', 'company_id', n::text, 'duration_ms', n)))
        from generate_series(1, 5000) n"""
    )
    reader = site.api("test_reader_b")
    url = "/export/run_events.csv?run_id=b-long"
    for _ in range(3):  # left in the middle: whatever it held must be free again
        with reader.stream("GET", url) as answer:
            assert answer.status_code == 200
            next(answer.iter_raw(100))
        reader.close()
        reader = site.api("test_reader_b")
        assert reader.get(url).text.count("\r\n") == 5001


def test_who_stops_reading_an_export_holds_nobody_up(world: Db, new_site: Callable[..., Site]) -> None:
    """More than the sockets hold between them: while the lazy reader has the only place the next one waits outside."""
    site = new_site(exports_at_once=1, export_timeout_ms=2_000)
    world.call("start_run", tenant_id="b", run_id="b-longer")
    world.execute(
        """select obs.log_events(jsonb_agg(jsonb_build_object(
            'tenant_id', 'b', 'run_id', 'b-longer', 'logger', 'obs.stage', 'stage', 'crawl', 'event', 'finish',
            'status', 'success', 'company_id', n::text, 'extra', jsonb_build_object('reason', repeat('word ', 100)))))
        from generate_series(1, 20000) n"""
    )
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect(("127.0.0.1", site.port))
        lazy.sendall(
            f"GET /export/run_events.csv?run_id=b-longer HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {site.token('test_reader_b')}\r\n\r\n".encode()
        )
        assert lazy.recv(15) == b"HTTP/1.1 200 OK"
        other = site.api("test_reader_b")
        assert other.get("/export/qa.csv?run_id=b-qa").status_code == 503
        wait_until(lambda: other.get("/export/qa.csv?run_id=b-qa").status_code == 200)


def test_events_that_are_gone_are_410_with_what_is_left(site: Site, world: Db) -> None:
    world.call("start_run", tenant_id="b", run_id="b-old", started_at="2020-03-02 01:00+00")
    world.call("finish_run", run_id="b-old", tenant_id="b")
    world.execute("update obs.enrichment_runs set expired_at = now() where run_id = 'b-old'")
    answer = site.api("test_reader_b").get("/export/run_events.csv?run_id=b-old")
    assert answer.status_code == 410
    assert "run" in answer.json()["error"]
    assert site.api("test_reader_a").get("/export/run_events.csv?run_id=b-old").status_code == 404


def test_qa_comes_as_obs_qa_import_takes_it(reader: httpx.Client) -> None:
    answer = reader.get("/export/qa.csv", params={"run_id": "a-qa"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))
    assert {row["company_id"] for row in rows} == {f"c{place}" for place in range(1, 11)}
    assert {row["tenant_id"] for row in rows} == {"a"}
    assert reader.get("/export/qa.csv", params={"all": "perhaps"}).status_code == 400


def test_metrics_are_openmetrics_and_need_a_token(reader: httpx.Client, as_reader: Db) -> None:
    answer = reader.get("/metrics")
    assert answer.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert answer.text.endswith("# EOF\n")
    assert 'tenant="b"' not in answer.text
    assert 'tenant="a"' in answer.text


def test_health_needs_no_token_and_says_nothing_else(site: Site) -> None:
    answer = site.client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "up"})


def test_foreign_and_unknown_are_the_same_404_everywhere(site: Site, alert_of: Callable[[str], int]) -> None:
    asked = [
        ("/runs/{}/stats", "b-night", "no-night"),
        ("/runs/{}", "b-night", "no-night"),
        ("/export/run_events.csv?run_id={}", "b-night", "no-night"),
        ("/export/qa.csv?run_id={}", "b-qa", "no-qa"),
        ("/qa/{}/c1", "b-qa", "no-qa"),
        ("/qa?run_id={}", "b-qa", "no-qa"),
        ("/qa?tenant_id={}", "b", "nobody"),
        ("/alerts/{}", str(alert_of("b")), "999999"),
        ("/?tenant_id={}", "b", "nobody"),
        ("/slo?tenant_id={}", "b", "nobody"),
        ("/shortlist/status?tenant_id={}", "b", "nobody"),
        ("/runs/a-night/stats?tenant_id={}", "b", "nobody"),
        ("/runs/a-night?tenant_id={}", "b", "nobody"),
    ]
    api = site.api("test_reader_a")
    for path, foreign, unknown in asked:
        answers = [api.get(path.format(one)) for one in (foreign, unknown)]
        texts = [answer.text.replace(foreign, "").replace(unknown, "") for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404], path
        assert texts[0] == texts[1], path
    page = site.page("test_reader_a")
    answers = [page.get(f"/alerts/{one}") for one in (alert_of("b"), 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_every_answer_carries_the_headers(site: Site) -> None:
    page = site.page("test_reader_a")
    for path in ("/", "/login", "/qa", "/runs/none", "/runs/a-night/stats", "/healthz", "/metrics", "/no/such/page"):
        headers = page.get(path).headers
        assert headers["content-security-policy"].startswith(CSP), path
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
        wanted = "private, no-cache" if path.endswith("/stats") else "no-store"
        assert headers["cache-control"] == wanted, path


def test_files_of_pages_may_be_kept_and_come_from_here(site: Site) -> None:
    page = site.page("test_reader_a").get("/").text
    assert "http://" not in page.replace(site.url, "").replace("http://www.w3.org", "")
    assert "https://" not in page
    found = [part.split('"')[0] for part in page.split('"/static/')[1:]]
    assert any(one.endswith("plotly.min.js") for one in found)
    for one in found:
        answer = site.client().get(f"/static/{one}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert site.client().get("/static/x/..%2foptions.py").status_code == 404
    assert site.client().get("/static/x/options.py").status_code == 404
