"""What a session can do beside SQL on tables: locks, channels, statements that others see, large objects."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from forward.conftest import webhook
from obs_client import wire
from security.attempts import DENIED, WITH_ADMIN, attempt, play
from support.db import Db
from support.install import ROOT
from support.outbox import put, wait_until
from support.receivers import Receiver
from support.tenants import MARK, outcome

SOURCES = """select p.oid::regprocedure::text as name,
        coalesce(p.prosrc, '') || coalesce(pg_get_function_sqlbody(p.oid), '') as body
    from pg_proc p where p.pronamespace = 'obs'::regnamespace"""

# What no function of obs has any business with.
NEVER = (
    r"pg_(try_)?advisory", r"\mlo_\w+\s*\(", r"\mpg_(read|ls|write|stat)_(binary_)?(file|dir)", r"\mdblink",
    r"\mto program\M", r"\mset_config\(\s*'(role|session_authorization)'", r"\mset\s+(local\s+|session\s+)?role\M",
    r"\mset\s+session\s+authorization", r"\mquery_to_xml", r"\mrow_security\M",
)  # fmt: skip


def test_no_function_uses_what_can_be_squatted_or_reaches_the_server(crowded: Db) -> None:
    found = [
        (function.name, pattern)
        for function in crowded.rows(SOURCES)
        for pattern in NEVER
        if re.search(pattern.replace(r"\m", r"\b").replace(r"\M", r"\b"), function.body, re.IGNORECASE)
    ]
    assert not found, found


# Functions that join pieces before format() quotes them, and why nothing of a caller's is in the pieces.
KNOWN_PIECES = {"obs._read_host_companies": "the type of a column: one of five names of the system's own"}


def test_no_dynamic_statement_is_put_together_from_pieces(crowded: Db) -> None:
    """EXECUTE takes format(…), which quotes; never a text made by ||."""
    loose, seen = [], 0
    for function in crowded.rows(SOURCES):
        bare = re.sub(r"\$query\$.*?\$query\$|'(?:[^']|'')*'|--[^\n]*", "''", function.body, flags=re.DOTALL)
        for statement in re.findall(r"(?i)\bexecute\b([^;]*)", bare):
            seen += 1
            if function.name.split("(")[0] not in KNOWN_PIECES and "||" in re.split(r"(?i)\busing\b", statement)[0]:
                loose.append((function.name, statement[:80]))
    assert not loose, loose
    assert seen > 15


LARGE_OBJECTS = [
    attempt(WITH_ADMIN, "begin", "select lo_import('/etc/hostname')"),
    attempt(WITH_ADMIN, "begin", "select lo_export(lo_create(0), '/tmp/obs-out-of-bounds')"),
    attempt(WITH_ADMIN, "select lo_get({large})", gets=DENIED),
    attempt(WITH_ADMIN, "begin", "select lo_open({large}, x'60000'::int)", gets=DENIED),
    attempt(WITH_ADMIN, "select lo_put({large}, 0, 'x')", gets=DENIED),
    attempt(WITH_ADMIN, "select lo_unlink({large})", gets=DENIED),
]


def test_large_objects_are_neither_used_nor_shared(crowded: Db, cast: dict[str, str], unharmed) -> None:
    number = crowded.one("select lo_from_bytea(0, 'bravo')")
    print(f"{play(crowded, {**cast, 'large': str(number)}, LARGE_OBJECTS)} attempts")
    assert crowded.one("select count(*) from pg_largeobject_metadata where lomowner = 'obs_owner'::regrole") == 0
    crowded.execute("select lo_unlink(%s)", (number,))
    unharmed()


def test_thousands_of_advisory_locks_of_a_stranger_hinder_nothing(crowded: Db, cast: dict[str, str]) -> None:
    stranger = crowded.login(cast["stranger"])
    held = stranger.one("select count(pg_advisory_lock(n)) from generate_series(1, 2000) n")
    held += stranger.one("""select count(pg_advisory_lock(hashtext(w))) from unnest(array['obs', 'obs.tick', 'tick',
        'maintain',
        'obs.maintain', 'obs.start', 'alpha-run', 'bravo-run', 'a', 'b']) w""")
    assert held == 2010
    crowded.execute("set statement_timeout = '5s'")
    writer = crowded.login(cast["bound writer"], options="-c statement_timeout=5s")
    assert writer.call("start_run", tenant_id="a", run_id="free") == "free"
    assert writer.call("finish_run", run_id="free").status == "success"
    assert "skipped" not in crowded.call("tick")
    crowded.call("maintain")


def test_listeners_hear_numbers_and_forged_notes_harm_no_forwarder(
    crowded: Db, cast: dict[str, str], monkeypatch: pytest.MonkeyPatch, run_forwarder: Callable[..., Any]
) -> None:
    monkeypatch.setenv("TEST_HOOK", "shared-secret-of-the-test")
    stranger = crowded.login(cast["stranger"])
    stranger.execute("listen obs_alerts")
    junk = ["", "outbox", "-1", "9" * 20, "'; drop schema obs", "\u202e\x1b[2J", "é" * 3999, "9" * 7999]
    receiver = Receiver()
    try:
        run_forwarder(hook=webhook(receiver))
        for payload in junk:
            assert outcome(stranger, "select pg_notify('obs_alerts', %s)", (payload,))[0] == "00000", payload[:20]
        assert outcome(stranger, "select pg_notify('obs_alerts', %s)", ("9" * 8000,))[0] == "22023"
        stranger.execute("select count(pg_notify('obs_alerts', n::text)) from generate_series(1000000, 1020000) n")
        put(crowded, "hook", tenant_id="b", thread_key="one", facts={"title": f"{MARK} is down"})
        wait_until(lambda: len(receiver.requests) == 1, 20)
        put(crowded, "hook", tenant_id="b", thread_key="two", facts={"title": f"{MARK} is up"})
        wait_until(lambda: len(receiver.requests) >= 2, 20)
        assert len(receiver.requests) == 2, "a forged note sends nothing, and nothing twice"
    finally:
        receiver.close()
    forged = {*junk, *map(str, range(1_000_000, 1_020_001))}
    heard = {note.payload for note in stranger.conn.notifies(timeout=0.05)} - forged
    told = {str(number) for (number,) in crowded.rows("select notification_id from obs.notifications")}
    assert heard <= told, "numbers, and nothing of what they stand for"
    assert heard


def test_statements_of_obs_carry_nothing_of_a_person_or_a_secret(crowded: Db, cast: dict[str, str]) -> None:
    """A superuser sees the text of statements: the client's have placeholders, and COPY sends rows apart."""
    secret = "jane.doe@example.com"
    with wire.connect(crowded.dsn_for(cast["bound writer"])) as conn:
        seen: list[tuple[str, str]] = []
        conn.execute("select obs.log_event(%s, 's', 'error', 'error', p_error_msg => %s)", ("alpha-run", secret))
        pid = conn.info.backend_pid
        seen += crowded.rows("select query, application_name from pg_stat_activity where pid = %s", (pid,))
    assert len(seen) == 1
    assert seen[0][1] == "obs"
    assert all(secret not in part for one in seen for part in one)
    # In the sources: no statement of the client is put together from values.
    for path in (ROOT / "python" / "obs_client").rglob("*.py"):
        for made in re.findall(r"execute\(\s*f[\"']+([^\"']*)", path.read_text()):
            assert set(re.findall(r"\{(\w+)[^}]*\}", made)) <= {
                "CHECK_TIMEOUT_MS", "TIMEOUT_MS", "_ROW", "relation", "MAX_ROWS", "CHANNEL", "PROBE", "_USABLE",
            }, (path, made)  # fmt: skip


def test_a_reader_sees_no_statement_of_others(crowded: Db, cast: dict[str, str]) -> None:
    victim = crowded.login("test_writer_b")
    victim.execute("select 'bravo is here'")
    for role in ("reader", "bi", "reviewer", "bound writer", "forwarder", "cron", "host", "stranger"):
        session = crowded.login(cast[role])
        shown = session.rows(
            "select query, client_addr from pg_stat_activity where pid = %s", (victim.conn.info.backend_pid,)
        )
        assert [tuple(row) for row in shown] == [("<insufficient privilege>", None)], role


def test_a_hundred_megabytes_are_refused_or_kept_short_in_time(crowded: Db, cast: dict[str, str]) -> None:
    writer = crowded.login(cast["bound writer"], options="-c statement_timeout=60s")
    begun = time.monotonic()
    state, answer = outcome(
        writer,
        """select obs.log_event('alpha-run', 's', 'error', 'error', p_error_msg => repeat('x ', 25000000),
            p_extra => jsonb_build_object('note', repeat('y', 50000000)))""",
    )
    took = time.monotonic() - begun
    stored = crowded.one("select max(pg_column_size(e.*)) from obs.run_event_logs e where tenant_id = 'a'")
    print(f"{state} {answer[:40]} in {took:.1f} s; the widest row has {stored} bytes")
    assert stored < 40_000
    assert took < 30
