"""From the spool into the database: once each, whatever happens to rows, server and network."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from obs_client import AttachedRun, Client, Run, wire
from obs_client.types import Row


def test_a_run_arrives_as_it_was_logged(
    make_client: Callable[..., Client], new_run: Callable[..., Run], db: Any, writer_dsn: str
) -> None:
    client = make_client(dsn=writer_dsn)
    with new_run(client, candidates_pre=3) as run, run.stage("crawl", planned=3) as stage:
        for number in range(3):
            with stage.item(number) as item, item.vendor_call("tavily") as call:
                call.cost_usd = Decimal("0.000000001")
    stats = client.stats()
    assert (stats.accepted, stats.sent, stats.spool_bytes, stats.dropped) == (10, 10, 0, 0)
    assert stats.connected
    stage_row = db.row("select * from obs.run_stage_stats")
    assert (stage_row.count_total, stage_row.count_success, stage_row.planned) == (3, 3, 3)
    assert stage_row.complete
    assert stage_row.cost_usd_exact == Decimal("0.000000003")
    assert db.row("select status from obs.enrichment_runs").status == "success"


def test_line_and_database_agree_on_all_fields(
    make_client: Callable[..., Client], db: Any, writer_dsn: str, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = make_client(dsn=writer_dsn)
    run = AttachedRun(client, "a", "r1")
    run.log("run_start", "running")
    run.stage("score").log(
        *("vendor_call", "error", "c1", 442, "HTTP_429", "slow down", "openai", "gpt-4o-mini", 5.8e-05, 120, 7, "t1"),
        tokens_cached=3,
    )
    client.flush()
    line = lines()[1]
    stored = db.row("select * from obs.run_event_logs where seq = 2")._asdict()
    stored = {name: stored[name] for name in line}
    stored["ts"] = stored["ts"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    stored["event_id"], stored["cost_usd"] = str(stored["event_id"]), float(stored["cost_usd"])
    assert stored == line


def test_sending_twice_stores_once(
    make_client: Callable[..., Client], db: Any, writer_dsn: str, spool_dir: Path, seqs: Callable[[], list[int]]
) -> None:
    client = make_client(dsn=writer_dsn)
    run = AttachedRun(client, "a", "r1")
    run.log("run_start", "running")
    for _ in range(10):
        run.log("note")
    client.close()
    for position in spool_dir.glob("*.pos"):
        position.unlink()
    result = client.replay()
    assert (result.files, result.lines, result.accepted, result.duplicate) == (1, 11, 0, 11)
    assert client.replay().lines == 0
    assert seqs() == list(range(1, 12))


def test_a_row_the_database_refuses_keeps_nobody_out(db: Any, writer_dsn: str) -> None:
    good = [wire.encode(Row(tenant_id="a", run_id="r", event="run_start", logger="obs.run", seq=0))]
    good += [wire.encode(Row(tenant_id="a", run_id="r", event="note", logger="obs.run", seq=n)) for n in range(1, 9)]
    bad = wire.encode(Row(tenant_id="a", run_id="r", event="note", logger="obs.run", ts="not a time"))
    hopeless = wire.encode(Row(tenant_id="a", run_id="r", event="note", extra={"a": "b"})).replace('"b"', '"\\\\u0000"')
    refused: list[str] = []
    with psycopg.connect(writer_dsn, autocommit=True) as conn:
        counts = wire.deliver(conn, [*good[:5], bad, hopeless, *good[5:]], lambda row, error: refused.append(row))
    assert refused == [hopeless]
    assert counts == (10, 0, 0, 1)
    assert db.row("select count(*) as n, count(seq) as good from obs.run_event_logs") == (10, 9)


def test_a_batch_is_all_or_nothing(db: Any, writer_dsn: str) -> None:
    rows = [Row(tenant_id="a", run_id="r", event="run_start", logger="obs.run"), Row(ts="no time", event="x")]
    with psycopg.connect(writer_dsn, autocommit=True) as conn:
        with pytest.raises(psycopg.DataError):
            wire.send_batch(conn, rows)
        assert conn.info.transaction_status == TransactionStatus.IDLE
        assert wire.send_batch(conn, rows[:1]) == (1, 0, 0, 0)
    assert db.row("select count(*) from obs.run_event_logs") == (1,)


def test_a_batch_takes_four_round_trips(db: Any, writer_dsn: str, tmp_path: Path) -> None:
    row = Row(tenant_id="a", run_id="r", event="run_start", logger="obs.run")
    with psycopg.connect(writer_dsn, autocommit=True) as conn, open(tmp_path / "trace", "w") as trace:
        conn.pgconn.trace(trace.fileno())
        wire.send_batch(conn, [row])
        conn.pgconn.untrace()
        assert conn.info.transaction_status == TransactionStatus.IDLE
    answers = [line.split("\t")[3] for line in (tmp_path / "trace").read_text().splitlines() if "\tB\t" in line]
    assert [answers.count(name) for name in ("ReadyForQuery", "CopyInResponse")] == [3, 1]


def test_a_login_without_rights_leaves_no_transaction_open(db: Any) -> None:
    with psycopg.connect(db.dsn_for("test_nobody"), autocommit=True) as conn:
        with pytest.raises(wire.NotReadyError):
            wire.send_batch(conn, [Row(event="x")])
        assert conn.info.transaction_status == TransactionStatus.IDLE


def test_a_database_without_obs_is_not_the_events_fault(
    make_client: Callable[..., Client], bare_db: Any, wait_until: Callable[..., None]
) -> None:
    client = make_client(dsn=bare_db.dsn)
    AttachedRun(client, "a", "r1").log("note")
    wait_until(lambda: client.stats().retries > 1)
    assert not client.flush(0.2, patient=False)
    stats = client.stats()
    assert (stats.sent, stats.rejected, stats.spooled) == (0, 0, 1)
    assert "open_batch" in str(stats.last_error) or "schema" in str(stats.last_error)


def test_a_login_that_may_not_write_is_not_the_events_fault(
    make_client: Callable[..., Client], db: Any, wait_until: Callable[..., None]
) -> None:
    client = make_client(dsn=db.dsn_for("test_nobody"))
    AttachedRun(client, "a", "r1").log("note")
    wait_until(lambda: client.stats().retries > 1)
    assert (client.stats().sent, client.stats().spooled) == (0, 1)


def test_a_connection_string_is_never_quoted(
    make_client: Callable[..., Client], wait_until: Callable[..., None]
) -> None:
    client = make_client(dsn="host=x secretword")
    AttachedRun(client, "a", "r1").log("note")
    wait_until(lambda: client.stats().last_error is not None)
    assert "secretword" not in str(client.stats().last_error)


def test_a_transaction_pooler_will_do(
    make_client: Callable[..., Client],
    new_run: Callable[..., Run],
    db: Any,
    pgbouncer: Any,
    spool_dir: Path,
    seqs: Callable[[], list[int]],
) -> None:
    clients = [make_client(dsn=pgbouncer.dsn("test_writer")) for _ in range(4)]

    def work(client: Client) -> None:
        with new_run(client) as run, run.stage("crawl") as stage:
            for number in range(200):
                stage.log("finish", "success", number)
                if number % 20 == 0:
                    client.flush()

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seqs() == list(range(1, 205)) * 4
    assert [client.stats().retries for client in clients] == [0] * 4


def test_a_server_that_goes_and_comes_back_loses_and_doubles_nothing(
    make_client: Callable[..., Client], new_run: Callable[..., Run], disposable_server: Callable[..., Any]
) -> None:
    server = disposable_server()
    client = make_client(dsn=server.dsn("obs", "test_writer"), memory_bytes=100_000, batch_events=200)
    with new_run(client) as run, run.stage("crawl") as stage:
        for number in range(4_000):
            stage.log("finish", "success", number)
            if number in (1_000, 2_500):
                client.flush()
                server.stop("immediate")
            if number in (2_000, 3_500):
                server.start()
        assert client.flush(30)
    with server.connect("obs") as conn:
        found = [seq for (seq,) in conn.execute("select seq from obs.run_event_logs order by seq").fetchall()]
    assert found == list(range(1, 4_005))
    assert client.stats().dropped == 0


def test_an_absent_database_slows_nothing_and_memory_stays_bounded(
    make_client: Callable[..., Client], new_run: Callable[..., Run]
) -> None:
    client = make_client(dsn="host=127.0.0.1 port=1", memory_bytes=20_000)
    began = time.monotonic()
    with new_run(client) as run, run.stage("crawl") as stage:
        for number in range(5_000):
            with stage.item(number):
                pass
    assert time.monotonic() - began < 8
    stats = client.stats()
    assert (stats.spooled, stats.sent, stats.dropped) == (5_004, 0, 0)
    assert client._outbox is not None
    assert client._outbox.in_memory <= 20_000
    assert stats.last_error
    assert not stats.connected


def test_an_open_run_sends_heartbeats_without_events(
    make_client: Callable[..., Client],
    new_run: Callable[..., Run],
    db: Any,
    writer_dsn: str,
    wait_until: Callable[..., None],
) -> None:
    client = make_client(dsn=writer_dsn, heartbeat=0.1)
    heartbeats: set[Any] = set()
    with new_run(client):
        client.flush()
        wait_until(
            lambda: heartbeats.add(db.row("select heartbeat_at from obs.enrichment_runs")) or len(heartbeats) > 3
        )


def test_what_dead_processes_left_is_sent_by_the_next_one(
    make_client: Callable[..., Client],
    db: Any,
    writer_dsn: str,
    spool_dir: Path,
    wait_until: Callable[..., None],
    seqs: Callable[[], list[int]],
) -> None:
    former = make_client()
    run = AttachedRun(former, "a", "r1")
    run.log("run_start", "running")
    run.log("note")
    former.close()
    client = make_client(dsn=writer_dsn)
    AttachedRun(client, "a", "r1").log("note")
    wait_until(lambda: len(seqs()) + db.row("select count(*) from obs.quarantined_events")[0] >= 3)
    assert sorted(seqs()) == [1, 1, 2]


def test_a_half_line_is_completed_or_left_out(
    db: Any, writer_dsn: str, make_client: Callable[..., Client], spool_dir: Path
) -> None:
    client = make_client()
    run = AttachedRun(client, "a", "r1")
    run.log("run_start", "running")
    run.log("note")
    client.close()
    (path,) = spool_dir.glob("*.log")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\n" + whole.splitlines()[1][:40])
    result = make_client(dsn=writer_dsn).replay()
    assert (result.lines, result.accepted, result.unreadable) == (2, 2, 1)
    other = spool_dir / f"obs-1-{7:016x}.log"
    other.write_bytes(json.dumps({**json.loads(whole.splitlines()[1]), "event_id": None}).encode())
    assert make_client(dsn=writer_dsn).replay().accepted == 1
