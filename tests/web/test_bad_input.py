"""Whatever is sent: a status, one sentence, no traceback, and nothing written."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest

from support.db import Db
from support.web import Site, forms, text_of

HOSTILE_IDS = (
    "'; drop table obs.alerts; --", "a\0b", "a\r\nSet-Cookie: x=1", "../../etc/passwd", "%2e%2e%2f", "x" * 10_000,
    "<script>alert(1)</script>", "\N{SNOWMAN}", "\u202e", "a/b", "{{7*7}}", "None", " ",
)  # fmt: skip


def sentence(answer: httpx.Response) -> str:
    """The one sentence of the answer."""
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text
    if answer.headers["content-type"].startswith("application/json"):
        (value,) = json.loads(answer.text).values()
        return str(value)
    return text_of(answer.text.split('role="alert">')[1].split("</p>")[0])


@pytest.fixture(scope="module")
def reader(site: Site) -> httpx.Client:
    return site.api("test_reader_a")


def test_ids_that_nobody_has_are_404_whatever_stands_in_them(reader: httpx.Client) -> None:
    for one in HOSTILE_IDS:
        for path in (
            f"/runs/{quote(one, safe='')}/stats",
            f"/runs/{quote(one, safe='')}",
            f"/qa/a-qa/{quote(one, safe='')}",
        ):
            answer = reader.get(path)
            assert answer.status_code == 404, path
            assert sentence(answer)
            assert "<script>alert" not in answer.text
            assert "set-cookie: x" not in str(answer.headers).lower()
        for path in ("/export/run_events.csv", "/export/qa.csv"):
            assert reader.get(path, params={"run_id": one}).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [("/?from=yesterday", 400, "2026-03-02"), ("/?from=2026-02-30", 400, "date"), ("/?to=20260302", 400, "date"),
     ("/?from=2026-03-02&to=2026-03-01", 400, "after"), ("/?from=1000-01-01", 400, "between"),
     ("/?from=2000-01-01&to=2020-01-01", 400, "too many"),
     ("/?page=1000000000", 404, "There is no page 1000000000: the last one is 1."), ("/?page=0", 400, "whole number"),
     ("/?page=-1", 400, "whole number"), ("/?page=1e9", 400, "whole number"), ("/qa?page=1000000000", 404, "no page"),
     ("/qa?page=" + "9" * 400, 400, "whole number"), ("/export/run_events.csv", 400, "Which run?"),
     ("/alerts/abc", 404, "no such"), ("/alerts/0", 404, "no such"), ("/alerts/" + "9" * 40, 404, "no such"),
     ("/alerts/1%00", 404, "no such"), ("/no/such/page", 404, "no such"), ("/metrics/x", 404, "no such")],
)  # fmt: skip
def test_parameters_that_cannot_be_are_one_sentence(reader: httpx.Client, path: str, status: int, word: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == status
    assert word in sentence(answer)


def test_a_method_that_an_address_does_not_take_is_405(reader: httpx.Client) -> None:
    for path in ("/metrics", "/runs/a-night/stats", "/slo"):
        answer = reader.delete(path)
        assert answer.status_code == 405
        assert sentence(answer)


def test_a_form_of_10_mb_is_refused_before_it_is_read(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as raw:
        raw.sendall(
            f"POST /login HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: 10000000\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode()
        )
        answer = raw.recv(65_536).decode()  # not a byte of the body has been sent
    assert answer.startswith("HTTP/1.1 413 ")
    assert "connection: close" in answer.lower()
    sent = site.client().post("/login", content=b"x" * 10_000_000)
    assert sent.status_code == 413
    assert "64 KiB" in sentence(sent)


def test_a_body_that_does_not_say_how_long_it_is_is_refused_all_the_same(site: Site) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"token=" + b"x" * 1_000

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = site.client().post("/login", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_odd_bodies_are_refused_in_a_sentence(site: Site) -> None:
    page = site.page("test_reader_a")
    key = forms(page.get("/qa").text)[0].fields["form_key"]
    multipart = page.post("/qa/claim", files={"form_key": ("name", b"x")})
    assert multipart.status_code in (403, 422)
    assert sentence(multipart)
    broken = page.post("/login", content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=y"})
    assert broken.status_code in (400, 403)
    assert sentence(broken)
    many = page.post("/logout", data={f"f{number}": "1" for number in range(1_500)} | {"form_key": key})
    assert many.status_code in (303, 400)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost@evil.example", "", "[::2]", "a b"]
)
def test_only_the_own_names_are_answered(site: Site, host: str) -> None:
    asked = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    asked.putrequest("GET", "/healthz", skip_host=True)
    asked.putheader("Host", host)
    asked.endheaders()
    answer = asked.getresponse()
    assert answer.status == 400
    assert b"Traceback" not in answer.read()
    asked.close()


def test_a_name_that_was_given_is_answered(new_site: Callable[..., Site]) -> None:
    site = new_site(hosts=("obs.example.com", "[::1]"))
    for host, status in (
        ("obs.example.com", 200),
        ("OBS.example.com:8443", 200),
        ("[::1]:80", 200),
        ("localhost", 400),
    ):
        assert site.client(Host=host).get("/healthz").status_code == status


def test_no_name_of_a_file_reaches_a_header_as_it_is(site: Site, world: Db) -> None:
    hostile = 'a"; x=y, \N{SNOWMAN}/../b'
    world.call("start_run", tenant_id="a", run_id=hostile)
    reader = site.api("test_reader_a")
    answer = reader.get("/export/run_events.csv", params={"run_id": hostile})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="run_events_a___x_y____.._b.csv"'
    assert reader.get(f"/runs/{quote(hostile, safe='')}/stats").json()["run"]["run_id"] == hostile
    assert reader.get(f"/runs/{quote(hostile, safe='')}").status_code == 200


def test_reading_writes_nothing_and_neither_does_bad_input(site: Site, world: Db) -> None:
    tables = [
        name
        for (name,) in world.rows(
            """select c.oid::regclass::text from pg_class c
            where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"""
        )
    ]

    def content() -> dict[str, object]:
        return {
            name: world.one(f"select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from {name} t")
            for name in tables
        }

    page = site.page("test_ops")
    before = content()
    assert len(tables) > 50
    for path, status in (
        ("/", 200),
        ("/runs/a-night", 200),
        ("/qa", 200),
        ("/qa/a-qa/c1", 200),
        ("/slo", 200),
        ("/metrics", 200),
        ("/export/qa.csv", 200),
        ("/runs/a-night/stats", 200),
        ("/runs/nobody", 404),
        ("/runs/nobody/stats", 404),
        ("/?page=1000000000", 404),
        ("/qa?page=-1", 400),
        ("/alerts/x", 404),
    ):
        assert page.get(path).status_code == status, path
    for path in ("/qa/a-qa/c1", "/qa/a-qa/c1/review", "/alerts/1/steps/1", "/alerts/1/ack"):
        assert page.post(path, data={"result": "pass"}).status_code in (403, 404, 405), path
    assert content() == before
