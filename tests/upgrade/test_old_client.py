"""The Python client of 0.1.0 goes on working against the upgraded database, and while it is being upgraded."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.db import Db
from support.install import install
from support.outbox import put
from support.receivers import Receiver

from .conftest import old_client

CLI = "import sys\nfrom obs_client.cli import main\nsys.argv[0] = 'obs'\nmain()\n"

PIPELINE = """
import json, sys
import obs_client as obs
dsn, spool, run_id, companies = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
obs.configure(dsn, "alba", spool_dir=spool, linger=0.02)
with obs.run(run_id=run_id, candidates_pre=companies) as run:
    with run.stage("crawl", planned=companies) as stage:
        for n in range(companies):
            with stage.item(f"co-{n}") as item:
                with item.vendor_call("openai", model="gpt") as call:
                    call.tokens(3, 4)
                if n % 10 == 0:
                    item.error("TIMEOUT", "late")
                item.set(bucket="High")
advice = obs.advice("alba", "openai")
obs.close(30)
stats = obs.stats()
print(json.dumps({**{k: v for k, v in vars(stats).items() if isinstance(v, int)}, "advice": type(advice).__name__}))
"""

# One process, one connection: events one after the other for as long as the test lets it, each call timed.
WRITER = """
import json, sys, time
from pathlib import Path
import obs_client as obs
dsn, spool, run_id, stop = sys.argv[1:5]
obs.configure(dsn, "alba", spool_dir=spool, linger=0.01, batch_events=50)
sent, slowest = 0, 0.0
with obs.run(run_id=run_id) as run:
    with run.stage("crawl") as stage:
        while not Path(stop).exists():
            begun = time.monotonic()
            with stage.item(f"co-{sent}"):
                pass
            slowest = max(slowest, time.monotonic() - begun)
            sent += 1
            time.sleep(0.002)
obs.close(60)
print(json.dumps({"sent": sent, "slowest": slowest, "stats": repr(obs.stats())}))
"""


def finished(process: subprocess.Popen[str], seconds: float = 100) -> str:
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err
    return out


@pytest.fixture
def upgraded(used_db: Db) -> Db:
    install(used_db.dsn)
    return used_db


def test_a_pipeline_runs(upgraded: Db, released: Path, tmp_path: Path) -> None:
    dsn = upgraded.dsn_for("test_writer")
    said = json.loads(finished(old_client(released, PIPELINE, dsn, str(tmp_path / "spool"), "new-night", "100")))
    assert said["advice"] == "Advice"
    row = upgraded.row(
        """select count_total, count_error, complete from obs.run_stage_stats
        where run_id = 'new-night' and stage = 'crawl'"""
    )
    assert tuple(row) == (100, 10, True)
    usage = upgraded.row("select calls, cost_usd from obs.run_vendor_usage where run_id = 'new-night'")
    assert (usage.calls, usage.cost_usd) == (100, 25)
    assert upgraded.one("select status from obs.enrichment_runs where run_id = 'new-night'") == "success"
    assert [row for row in upgraded.calls("recompute", run_id="new-night", tenant_id="alba") if not row.matches] == []


def test_a_log_file_is_imported_and_reconciled(upgraded: Db, released: Path, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    finished(old_client(released, PIPELINE, "", str(spool), "from-file", "50"))
    (log,) = spool.glob("*.log")
    for _ in range(2):
        finished(old_client(released, CLI, "import", str(log), OBS_DSN=upgraded.dsn_for("test_writer")))
    assert upgraded.one("select count_total from obs.run_stage_stats where run_id = 'from-file'") == 50
    said = finished(old_client(released, CLI, "reconcile", "from-file", str(log), OBS_DSN=upgraded.dsn_for("test_ops")))
    assert "from-file" in said
    assert finished(old_client(released, CLI, "version", OBS_DSN=upgraded.dsn_for("test_writer")))


def test_what_waits_is_forwarded(upgraded: Db, released: Path, tmp_path: Path) -> None:
    hook = Receiver()
    try:
        number = put(upgraded, "hook", tenant_id="alba", thread_key="alba/new")
        settings = {
            "channels": {
                "hook": {"type": "webhook", "url": f"{hook.url}/hook", "secret": "env:HOOK", "allow_private": True}
            }
        }
        config = str(Path(released) / "forward.json")
        Path(config).write_text(json.dumps(settings))
        environment = {"OBS_DSN": upgraded.dsn_for("test_forwarder"), "HOOK": "a-secret-of-the-webhook"}
        done = old_client(released, CLI, "forward", "--once", "--config", config, **environment)
        _, err = done.communicate(timeout=100)
        sent = upgraded.one("select state from obs.notifications where notification_id = %s", (number,))
        assert sent == "sent", err
        assert len(hook.requests) >= 1
    finally:
        hook.close()


def test_four_writers_lose_nothing_while_the_database_is_upgraded(used_db: Db, released: Path, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    dsn = used_db.dsn_for("test_writer")
    writers = [old_client(released, WRITER, dsn, str(tmp_path / f"spool{n}"), f"busy-{n}", str(stop)) for n in range(4)]
    probe = used_db.login("test_writer")
    stored = "select count(*) from obs.run_event_logs where run_id like 'busy-%'"
    deadline = time.monotonic() + 60
    while used_db.one(stored) < 200:
        assert time.monotonic() < deadline, "the writers never began"
        time.sleep(0.05)
    begun = time.monotonic()
    install(used_db.dsn)
    took = time.monotonic() - begun
    probe.call("heartbeat", run_id="busy-0", tenant_id="alba")
    before = used_db.one(stored)
    while used_db.one(stored) < before + 100:
        assert time.monotonic() < begun + 60, "the writers did not go on"
        time.sleep(0.05)
    stop.touch()
    said = [json.loads(finished(writer)) for writer in writers]
    assert used_db.call("version") != "0.1.0"
    for n, one in enumerate(said):
        found = used_db.row(
            "select count_total, complete from obs.run_stage_stats where run_id = %s and stage = 'crawl'",
            (f"busy-{n}",),
        )
        assert tuple(found) == (one["sent"], True), one["stats"]
        assert one["slowest"] < 1, "a pipeline waited for the database"
    assert used_db.one("select count(*) from obs.quarantined_events where run_id like 'busy-%'") == 0
    print(f"installed in {took:.2f} s, slowest item {max(one['slowest'] for one in said) * 1000:.0f} ms")


def test_a_plain_sql_writer_waits_no_longer_than_the_installation(used_db: Db) -> None:
    """What a caller of obs.log_event sees: a wait within the installation, an answer after it."""
    used_db.call("start_run", tenant_id="alba", run_id="plain")
    done, waits, failures = threading.Event(), [], []

    def write() -> None:
        session = used_db.login("test_writer")
        while not done.is_set():
            begun = time.monotonic()
            try:
                session.execute("select obs.log_event('plain', 'crawl', 'finish', 'success', p_tenant_id => 'alba')")
                waits.append(time.monotonic() - begun)
            except Exception as error:
                failures.append(str(error))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(waits) < 20 and not failures:
        time.sleep(0.01)
    begun = time.monotonic()
    install(used_db.dsn)
    took = time.monotonic() - begun
    before = len(waits)
    while len(waits) < before + 20 and not failures:
        time.sleep(0.01)
    done.set()
    for thread in threads:
        thread.join()
    used_db.call("finish_run", run_id="plain", tenant_id="alba")
    assert failures == []
    assert used_db.one("select count_total from obs.run_stage_stats where run_id = 'plain'") == len(waits)
    assert max(waits) < took + 1
    print(f"installed in {took:.2f} s, the longest call waited {max(waits):.2f} s of {len(waits)} calls")
