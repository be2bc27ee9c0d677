"""Who is slow holds up nobody: exports have a place a role, and a request must come whole."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from obs_client.web import serving
from support.db import Db
from support.web import Site


@contextmanager
def lazy(site: Site, role: str, run: str) -> Iterator[None]:
    """Somebody who asks for an export and reads no more than its first line."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.connect(("127.0.0.1", site.port))
        client.sendall(
            f"GET /export/run_events.csv?run_id={run} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {site.token(role)}\r\n\r\n".encode()
        )
        assert client.recv(15) == b"HTTP/1.1 200 OK"
        yield


@pytest.fixture(scope="module")
def long_run(world: Db) -> str:
    """A run of b whose export is more than all sockets hold between them."""
    world.call("start_run", tenant_id="b", run_id="b-longest")
    world.execute(
        """select obs.log_events(jsonb_agg(jsonb_build_object(
            'tenant_id', 'b', 'run_id', 'b-longest', 'logger', 'obs.stage', 'stage', 'crawl', 'event', 'finish',
            'status', 'success', 'company_id', n::text, 'extra', jsonb_build_object('reason', repeat('word ', 100)))))
        from generate_series(1, 20000) n"""
    )
    return "b-longest"


def test_who_reads_slowly_has_one_place(new_site: Callable[..., Site], long_run: str) -> None:
    site = new_site(exports_at_once=2, export_timeout_ms=60_000)
    with lazy(site, "test_reader_b", long_run):
        again = site.api("test_reader_b").get("/export/qa.csv?run_id=b-qa")
        assert (again.status_code, "your role" in again.text) == (503, True)
        assert site.api("test_reader_a").get("/export/qa.csv?run_id=a-qa").status_code == 200
        with lazy(site, "test_ops", long_run):
            full = site.api("test_reader_a").get("/export/qa.csv?run_id=a-qa")
            assert (full.status_code, "your role" in full.text) == (503, False)


def is_left(client: socket.socket) -> bool:
    """Whether the other side hangs up within three seconds."""
    client.settimeout(3)
    try:
        return client.recv(100) == b""
    except TimeoutError:
        return False


def answered(client: socket.socket) -> bool:
    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    told = b""
    while b"}" not in told and (more := client.recv(4_096)):
        told += more
    return told.startswith(b"HTTP/1.1 200 OK")


def test_who_takes_nothing_of_his_answers_is_left(
    new_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "UNREAD_SECONDS", 0.6)
    site = new_site()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        client.connect(("127.0.0.1", site.port))
        client.settimeout(10)
        left, deadline = False, time.monotonic() + 12
        try:
            while time.monotonic() < deadline:
                client.sendall(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50)
                time.sleep(0.01)
        except (ConnectionResetError, BrokenPipeError):
            left = True
        assert left
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        assert answered(client)


FORM = "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9"


@pytest.mark.parametrize("begun", ["", "GET / HT", f"{FORM}\r\n\r\ntoken"])
def test_a_request_that_does_not_come_is_left(
    new_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    monkeypatch.setattr(serving, "REQUEST_SECONDS", 0.6)
    site = new_site()
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(begun.encode())
        assert is_left(client)
    with socket.create_connection(("127.0.0.1", site.port)) as client:
        assert answered(client)
        time.sleep(1)
        assert answered(client), "one that is between two requests is kept"
        client.sendall(b"GET")
        assert is_left(client)
