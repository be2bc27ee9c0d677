"""The recipe of docs/operations.md brings a database back: same numbers, nothing lost, nothing twice, still closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.backup import RECIPES, copy
from support.cluster import Cluster
from support.db import Db
from support.install import ROOT, install, psql
from support.outbox import put
from support.receivers import Receiver
from support.snapshot import catalog, contents
from support.snapshot import restored as as_restored
from support.snippets import Reader

NUMBERS = """select run_id, stage, count_total, count_success, count_error, p50_ms, p95_ms, p99_ms, cost_usd_exact
    from obs.run_stage_stats order by 1, 2"""


@pytest.fixture(scope="module")
def sampled(_installed_server: Cluster) -> Iterator[Cluster]:
    """Stopped, with the sample data: to be copied."""
    cluster = Cluster(copy_of=_installed_server)
    try:
        psql(cluster.start().dsn("obs"), "-1", "-o", "/dev/null", "-f", ROOT / "docs" / "sample.sql")
        cluster.stop()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def source(sampled: Cluster) -> Iterator[Db]:
    """A server with the sample data, and a run whose last events are not folded yet."""
    cluster = Cluster(copy_of=sampled).start()
    db = Db(cluster.connect("obs"))
    db.call("grant_access", role="test_reader_a", tenant_id="alba")
    db.call("start_run", tenant_id="alba", run_id="open")
    for company in range(10):
        db.call("log_event", run_id="open", stage="crawl", event="finish", company_id=str(company), duration_ms=company)
    assert db.one("select sum(n) from obs.stage_deltas") == 10
    try:
        yield db
    finally:
        db.close()
        cluster.close()


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_restored_database_is_the_same_and_still_closed(
    source: Db, elsewhere: Cluster, tmp_path: Path, recipe: str
) -> None:
    restored = copy(source, elsewhere, tmp_path, recipe)
    try:
        assert contents(restored) == contents(source)
        assert as_restored(catalog(restored)) == as_restored(catalog(source))
        for db in (source, restored):
            db.call("finish_run", run_id="open")
        assert restored.rows(NUMBERS) == source.rows(NUMBERS)
        assert restored.one("select count_total from obs.run_stage_stats where run_id = 'open'") == 10
        assert [row for row in restored.calls("recompute", run_id="open") if not row.matches] == []
        health = {row.check_name: row.state for row in restored.calls("status")}
        assert health["row security"] == "green"
        assert health["schema"] == "green"
        assert health["backup"] == "green"
        assert health["pg_cron"] == "amber"
        reader = restored.login("test_reader_a")
        assert {tenant for (tenant,) in reader.rows("select tenant_id from obs.enrichment_runs")} == {"alba"}
        assert restored.login("test_reader_b").rows("select tenant_id from obs.enrichment_runs") == []
    finally:
        restored.close()


def test_life_goes_on_in_the_copy(source: Db, elsewhere: Cluster, tmp_path: Path) -> None:
    restored = copy(source, elsewhere, tmp_path, "psql")
    try:
        last = restored.one("select max(audit_id) from obs.audit_log")
        restored.execute("select obs.set_setting('silence_timeout_s', '7777', 'alba')")
        assert restored.one("select max(audit_id) from obs.audit_log") == last + 1
        writer = restored.login("test_writer")
        writer.call("start_run", tenant_id="alba", run_id="after")
        for company in range(60):
            answer = writer.call(
                "log_event", run_id="after", stage="crawl", event="error", status="error", error_code="TIMEOUT",
                company_id=str(company),
            )  # fmt: skip
            assert answer == "accepted"
        writer.call("finish_run", run_id="after")
        assert restored.one("select state from obs.alerts where alert_code = 'CR-02' and run_id = 'after'") == "firing"
        days = restored.rows(
            """select c.relname, count(y.oid) from pg_inherits i join pg_class c on c.oid = i.inhrelid
            left join pg_policy y on y.polrelid = c.oid
            where i.inhparent = 'obs.run_event_logs'::regclass and c.relrowsecurity and c.relforcerowsecurity
            group by 1"""
        )
        assert len(days) == restored.one("select count(*) from obs.event_days") or len(days) > 14
        assert all(policies >= 2 for _, policies in days)
        restored.call("maintain")
        before = catalog(restored)
        install(restored.dsn)
        assert catalog(restored) == before
    finally:
        restored.close()


def test_a_forwarder_of_the_copy_is_silent_until_it_is_accepted(source: Db, elsewhere: Cluster, tmp_path: Path) -> None:
    source.login("test_forwarder").execute("select obs.forwarder_beat('original', '{hook}')")
    put(source, "hook", tenant_id="alba")
    restored = copy(source, elsewhere, tmp_path, "psql")
    hook = Receiver()
    config = tmp_path / "forward.json"
    channel = {"type": "webhook", "url": f"{hook.url}/hook", "secret": "env:HOOK", "allow_private": True}
    config.write_text(json.dumps({"channels": {"hook": channel}}))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "OBS_"))}

    def forward() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("obs")), "forward", "--once", "--config", str(config)],
            env={**kept, "OBS_DSN": restored.dsn_for("test_forwarder"), "HOOK": "a-secret-of-the-webhook"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100,
        )  # fmt: skip

    try:
        refused = forward()
        assert refused.returncode != 0
        assert "copy" in refused.stdout + refused.stderr
        assert hook.requests == []
        restored.call("accept_cluster")
        told = forward()
        assert len(hook.requests) == 1, told.stderr
    finally:
        hook.close()
        restored.close()


# Who dumps, and the words with which pg_dump stops. Forced row security stops even the owner.
STOPPED = {
    "in role pg_read_all_data": "row-level security",
    "in role obs_owner": "row-level security",
    "in role obs_ops": "permission denied",
    "in role obs_reader": "permission denied",
    "in role pg_read_all_data, obs_ops": "row-level security",
}


@pytest.mark.parametrize(("groups", "words"), STOPPED.items())
def test_a_role_that_sees_less_is_stopped(source: Db, tmp_path: Path, groups: str, words: str) -> None:
    source.execute(f"create role careless login {groups}")
    plain = Reader(source.dsn_for("careless"), tmp_path).shell("pg_dump --schema obs")
    assert plain.returncode != 0
    assert words in plain.stdout
    (backup,) = [row for row in source.calls("status") if row.check_name == "backup"]
    if words == "row-level security":
        assert backup.state == "amber"
        assert "careless" in backup.detail


@pytest.mark.parametrize("groups", ["pg_read_all_data", "pg_read_all_data, obs_ops"])
def test_a_dump_that_row_security_filtered_is_told_where_it_is_restored(
    source: Db, tmp_path: Path, groups: str
) -> None:
    source.execute(f"create role careless login in role {groups}")
    source.execute("create database filtered")
    reader = Reader(source.dsn_for("careless"), tmp_path)
    dumped = reader.shell("pg_dump --schema obs --enable-row-security -f filtered.sql")
    assert dumped.returncode == 0, dumped.stdout
    admin = Reader(source.dsn, tmp_path)
    loaded = admin.shell("psql -q -X -v ON_ERROR_STOP=1 -o /dev/null -d filtered -f filtered.sql")
    assert loaded.returncode == 0, loaded.stdout
    filtered = source.login(dbname="filtered")
    assert filtered.one("select count(*) from obs.tenant_peppers") == 0
    for _ in range(2):
        (backup,) = [row for row in filtered.calls("status") if row.check_name == "backup"]
        assert backup.state == "red"
        assert "row security had filtered" in backup.detail
        install(filtered.dsn)  # does not hide it
    assert [row.state for row in source.calls("status") if row.check_name == "backup"] == ["amber"]


def test_the_marker_is_shown_to_the_owner_alone(db: Db) -> None:
    query = "select policyname, roles::text[] from pg_policies where tablename = 'dump_marker'"
    assert [tuple(row) for row in db.rows(query)] == [("obs_owner_all", ["obs_owner"])]


def test_a_role_without_bypassrls_gets_an_error_or_an_empty_dump(source: Db, tmp_path: Path) -> None:
    source.execute("create role careless login in role pg_read_all_data")
    reader = Reader(source.dsn_for("careless"), tmp_path)
    plain = reader.shell("pg_dump --schema obs")
    assert plain.returncode != 0
    assert "row-level security" in plain.stdout
    silent = reader.shell("pg_dump --schema obs --enable-row-security --data-only --table obs.enrichment_runs")
    assert silent.returncode == 0
    assert "alba-2026-03-02" not in silent.stdout
