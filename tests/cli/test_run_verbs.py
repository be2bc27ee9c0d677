"""obs timeline, explain and tail: what they show, in which order, and how they refuse."""

from __future__ import annotations

import itertools
import json
import os
import pty
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from obs_client.cli.app import run as obs_run
from obs_client.cli.tail import Reader
from support.cluster import Cluster
from support.db import Db
from support.pipeline import line, start
from support.terminals import need_terminals

from .conftest import OBS, clean_environment

OLD, NEW = "2026-03-02 01:00:00+00", "2026-03-03 01:00:00+00"
HOSTILE = "no\x1b[2Jpage\x07\u202e"
Shown = tuple[int, str, str]


@pytest.fixture
def reader(db: Db, tenants: tuple[str, str]) -> str:
    """Two nights of tenant a as its reader sees them."""
    for run, at, usd in (("old", OLD, "0.10"), ("new", NEW, "0.25")):
        start(db, run, started_at=at, meta={"git_sha": run})
        ts = at.replace(" ", "T").replace("+00", "Z")
        call = {"stage": "score", "vendor": "openai", "model": "gpt", "cost_usd": usd, "status": "success", "ts": ts}
        lines = [line(run, "vendor_call", **call) for _ in range(4)]
        lines.append(
            line(
                run,
                "error",
                error_code="HTTP_500",
                error_msg=HOSTILE,
                company_id="c1",
                duration_ms=1500,
                ts=ts.replace("00Z", "01Z"),
            )
        )
        db.call("log_events", events=Jsonb(lines))
        db.call("finish_run", run_id=run, status="success", ended_at=at.replace("01:00", "01:30"))
    start(db, "theirs", "b")
    return db.dsn_for("test_reader_a")


@pytest.fixture
def obs_here(reader: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Shown]:
    """The verb in this process: exit status, stdout, stderr."""

    def run(*arguments: str) -> Shown:
        status = obs_run([*arguments, "--dsn", reader])
        return status, *capsys.readouterr()

    return run


def test_timeline_tells_the_run(obs_here: Callable[..., Shown]) -> None:
    status, out, err = obs_here("timeline", "new")
    rows = [text.split("\t") for text in out.splitlines()]
    assert (status, err) == (0, "")
    assert rows[0] == ["2026-03-03 01:00:00", "run", "", "run started", ""]
    assert ["2026-03-03 01:00:00", "change", "", "git_sha: new, was old", ""] in rows
    assert ["2026-03-03 01:00:01", "silence", "", "nothing was heard", "29 min 59 s"] in rows
    assert ["2026-03-03 01:30:00", "run", "", "run ended: success", "30 min 0 s"] in rows
    assert not set("\x1b\x07\u202e") & set(out)


def test_timeline_as_json(obs_here: Callable[..., Shown]) -> None:
    rows = [json.loads(text) for text in obs_here("timeline", "new", "--json")[1].splitlines()]
    assert rows[0]["at"] == "2026-03-03T01:00:00Z"
    assert {row["kind"] for row in rows} >= {"run", "stage", "error", "silence", "change"}
    (failure,) = [row for row in rows if row["kind"] == "error"]
    assert failure["details"]["company_id"] == "c1"


def test_explain_adds_up(obs_here: Callable[..., Shown]) -> None:
    status, out, err = obs_here("explain", "new")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "cost, USD: 0.4000 in run old, 1.0000 in run new, +0.6000",
        "100.0 %\t+0.6000\tprice\tscore / openai / gpt\t0.1 usd a call -> 0.25 usd a call",
        "changed: git_sha: new, was old",
    ]
    (row,) = [json.loads(text) for text in obs_here("explain", "new", "--against", "old", "--json")[1].splitlines()]
    assert (row["delta"], row["share"], row["source"]) == (0.6, 1, "raw")


def test_changes_are_told_against_the_run_that_was_asked_for(
    db: Db, obs_here: Callable[..., Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    start(db, "older", started_at="2026-03-01 01:00:00+00", meta={"git_sha": "ancient"})
    db.call("finish_run", run_id="older", status="error", ended_at="2026-03-01 01:30:00+00")
    db.execute(
        """create or replace function obs.silences(
            p_run_id text, p_tenant_id text default null, p_least interval default null
        ) returns table (since timestamptz, until timestamptz)
        language plpgsql as $$ begin raise 'the whole timeline was made'; end $$"""
    )
    for more, was in (((), "old"), (("--against", "older"), "ancient"), (("--against", "old"), "old")):
        status, out, err = obs_here("explain", "new", *more)
        assert (status, err, [text for text in out.splitlines() if text.startswith("changed")]) == (
            0, "", [f"changed: git_sha: new, was {was}"],
        )  # fmt: skip


def test_explain_says_what_it_has_no_room_for(db: Db, obs_here: Callable[..., Shown]) -> None:
    start(db, "many", started_at="2026-03-04 01:00:00+00")
    lines = [line("many", "error", stage=f"s{n}", error_code="X") for n in range(1, 5) for _ in range(n)]
    db.call("log_events", events=Jsonb(lines))
    db.call("finish_run", run_id="many", status="partial")
    _, out, _ = obs_here("explain", "many", "--top", "2")
    shown = out[out.index("failed items") :].splitlines()
    assert shown[0] == "failed items: 1 in run new, 10 in run many, +9"
    assert [text.split("\t")[:3] for text in shown[1:4]] == [
        ["44.4 %", "+4", "errors"], ["33.3 %", "+3", "errors"], ["22.2 %", "+2", "3 more"],
    ]  # fmt: skip


def test_explain_without_an_earlier_run(obs_here: Callable[..., Shown]) -> None:
    status, out, err = obs_here("explain", "old")
    assert (status, out) == (0, "")
    assert err.splitlines()[0].startswith("obs: there is no earlier nightly run of tenant 'a' that succeeded")


def test_tail_shows_the_last_events(obs_here: Callable[..., Shown]) -> None:
    status, out, err = obs_here("tail", "new", "-n", "1")
    assert status == 0
    assert err == "run new of tenant a, nightly, started 2026-03-03 01:00:00 UTC: success\n"
    (text,) = out.splitlines()
    assert text.startswith("2026-03-03 01:00:01.000  crawl  error  error  c1  1.5 s  HTTP_500  no")
    assert not set("\x1b\x07\u202e") & set(text)
    assert len(obs_here("tail", "new")[1].splitlines()) == 5
    events = [json.loads(text) for text in obs_here("tail", "new", "--json")[1].splitlines()]
    assert [event["cost_usd"] for event in events] == [0.25] * 4 + [None]
    assert "\x1b" not in obs_here("tail", "new", "--json")[1]


def test_tail_takes_the_running_run_else_the_newest(db: Db, obs_here: Callable[..., Shown]) -> None:
    assert obs_here("tail")[2].startswith("run new of tenant a")
    start(db, "older but running", started_at="2026-03-01 01:00:00+00")
    assert obs_here("tail")[2].startswith("run older but running of tenant a")


def test_following_a_run_that_has_ended_ends(obs_here: Callable[..., Shown]) -> None:
    status, out, _ = obs_here("tail", "new", "--follow", "--interval", "0.05")
    assert (status, len(out.splitlines())) == (0, 5)


VERBS = ("timeline", "explain", "tail")


def test_unknown_and_foreign_runs_are_one_sentence(obs_here: Callable[..., Shown]) -> None:
    for verb, run in itertools.product(VERBS, ("nothing", "theirs", "x\x1b[2J'; drop table y --")):
        status, out, err = obs_here(verb, run)
        assert (status, out) == (2, "")
        (sentence,) = err.splitlines()
        assert "is not known among your tenants (OB002)" in sentence
        assert "\x1b" not in sentence


def test_ambiguous_ids_and_logins_without_rights(db: Db, reader: str, capsys: pytest.CaptureFixture[str]) -> None:
    start(db, "new", "b")
    for verb in VERBS:
        ambiguous_or_forbidden(db, capsys, verb)


def ambiguous_or_forbidden(db: Db, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    assert obs_run([verb, "new", "--dsn", db.dsn]) == 2
    assert "(OB004)" in capsys.readouterr().err
    assert obs_run([verb, "new", "--tenant", "b", "--dsn", db.dsn]) == 0
    capsys.readouterr()
    assert obs_run([verb, "new", "--dsn", db.dsn_for("test_writer_a")]) == 2
    assert "grant obs_reader to LOGIN" in capsys.readouterr().err


def test_bad_arguments(obs_here: Callable[..., Shown]) -> None:
    for bad in (["tail", "new", "-n", "-1"], ["tail", "new", "--interval", "0"], ["explain", "new", "--top", "0"],
                ["timeline"], ["explain", "new", "--against", "nothing"]):  # fmt: skip
        status, out, err = obs_here(*bad)
        assert (status, out, len(err.splitlines())) == (2, "", 1)


def poll(reader: Reader) -> list[Any]:
    return [event["company_id"] for event in reader.poll()]


def item(db: Db, company: str) -> None:
    db.call("log_events", events=Jsonb([line("r1", company_id=company)]))


def test_every_event_is_seen_once_whatever_order_transactions_end_in(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1")
    day = db.one("select run_day from obs.enrichment_runs")
    looking = db.login("test_reader_a")
    reader = Reader(looking.conn, {"tenant_id": "a", "run_id": "r1", "run_day": day}, last=1)
    slow, slower, nested = (db.login("test_writer_a") for _ in range(3))
    for company in ("1", "2"):
        item(db, company)
    slower.execute("begin")
    item(slower, "late 1")
    item(db, "3")
    assert poll(reader) == ["3"]
    slow.execute("begin")
    item(slow, "late 2")
    nested.execute("begin")
    nested.execute("savepoint inner_one")
    item(nested, "nested")
    item(db, "4")
    assert poll(reader) == ["4"]
    assert poll(reader) == []
    nested.execute("release inner_one")
    nested.execute("commit")
    item(db, "5")
    assert poll(reader) == ["nested", "5"]
    slow.execute("rollback")
    slower.execute("commit")
    assert poll(reader) == ["late 1"]
    item(db, "6")
    assert poll(reader) == ["6"]
    assert poll(reader) == []


def follow(dsn: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(OBS), "tail", "r1", "--follow", "--interval", "0.05", "--dsn", dsn],
        env=clean_environment(TERM="xterm"), stdin=subprocess.DEVNULL, text=True, **options,
    )  # fmt: skip


def test_following_shows_events_as_they_come_until_the_run_ends(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1")
    item(db, "first")
    process = follow(db.dsn_for("test_reader_a"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert "first" in process.stdout.readline()
    item(db, "second")
    assert "second" in process.stdout.readline()
    item(db, "third")
    db.call("finish_run", run_id="r1", status="partial")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out.count("third"), out.count("first"), out.count("second")) == (0, 1, 0, 0)
    assert err.splitlines()[-1] == "run r1 ended: partial"


def test_following_goes_on_after_a_restart_of_the_database(disposable_server: Callable[..., Cluster]) -> None:
    server = disposable_server()
    with closing(Db(psycopg.connect(server.dsn("obs")))) as db:
        db.call("create_tenant", tenant_id="a")
        start(db, "r1")
        item(db, "first")
    process = follow(server.dsn("obs"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert "first" in process.stdout.readline()
    server.restart("immediate")
    with closing(Db(psycopg.connect(server.dsn("obs")))) as db:
        item(db, "second")
        second = process.stdout.readline()
        assert "second" in second, process.stderr.read()
        server.restart()
    with closing(Db(psycopg.connect(server.dsn("obs")))) as db:
        item(db, "third")
        db.call("finish_run", run_id="r1", status="partial")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out.count("third"), out.count("first"), out.count("second")) == (0, 1, 0, 0)
    away = "the database is away: waiting until it is back"
    assert err.splitlines()[1:] == [away, away, "run r1 ended: partial"]


def test_only_who_has_seen_the_run_waits_for_the_database(disposable_server: Callable[..., Cluster]) -> None:
    server = disposable_server()
    dsn = server.dsn("obs")
    server.stop()
    assert obs_run(["tail", "--follow", "--dsn", dsn]) == 2


def test_ctrl_c_leaves_a_terminal_as_it_was(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1")
    item(db, "first")
    need_terminals()
    outside, inside = pty.openpty()
    process = follow(db.dsn_for("test_reader_a"), stdout=inside, stderr=subprocess.PIPE)
    os.close(inside)
    seen = b""
    while b"first" not in seen:
        seen += os.read(outside, 4096)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    os.close(outside)
    assert process.returncode == 130
    assert [text for text in err.splitlines() if "running" not in text and text != "obs: stopped"] == []
