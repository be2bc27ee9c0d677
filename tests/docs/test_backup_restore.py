"""The recipe of docs/operations.md brings a database back: same numbers, nothing lost, nothing twice, still closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.cluster import Cluster
from support.db import Db
from support.install import ROOT, psql
from support.snapshot import catalog, contents
from support.snippets import Reader, snippets

SECTION = (ROOT / "docs" / "operations.md").read_text().split("\n## Backup and restore\n")[1].split("\n## ")[0]
BACKUP_ROLE, BACKUP, RESTORE = [snippet for snippet in snippets(SECTION) if snippet.remark != "not run"]
NUMBERS = """select run_id, stage, count_total, count_success, count_error, p50_ms, p95_ms, p99_ms, cost_usd_exact
    from obs.run_stage_stats order by 1, 2"""


@pytest.fixture
def source(disposable_server: Callable[..., Cluster]) -> Iterator[Db]:
    """A server with the sample data, and a run whose last events are not folded yet."""
    cluster = disposable_server()
    psql(cluster.dsn("obs"), "-1", "-o", "/dev/null", "-f", ROOT / "docs" / "sample.sql")
    db = Db(cluster.connect("obs"))
    db.call("grant_access", role="test_reader_a", tenant_id="alba")
    db.call("start_run", tenant_id="alba", run_id="open")
    for company in range(10):
        db.call("log_event", run_id="open", stage="crawl", event="finish", company_id=str(company), duration_ms=company)
    assert db.one("select sum(n) from obs.stage_deltas") == 10
    yield db
    db.close()


@pytest.fixture
def elsewhere() -> Iterator[Cluster]:
    """A server that has never heard of obs or its roles."""
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.close()


def test_a_restored_database_is_the_same_and_still_closed(source: Db, elsewhere: Cluster, tmp_path: Path) -> None:
    here, there = Reader(source.dsn, tmp_path), None
    try:
        here.run(BACKUP_ROLE)
        here.run(BACKUP)
        there = Reader(elsewhere.dsn(), tmp_path)
        there.run(RESTORE)
    finally:
        here.close()
        if there is not None:
            there.close()
    restored = Db(elsewhere.connect("obs"))
    try:
        assert contents(restored) == contents(source)
        assert catalog(restored) == catalog(source)
        for db in (source, restored):
            db.call("finish_run", run_id="open")
        assert restored.rows(NUMBERS) == source.rows(NUMBERS)
        assert restored.one("select count_total from obs.run_stage_stats where run_id = 'open'") == 10
        assert [row for row in restored.calls("recompute", run_id="open") if not row.matches] == []
        health = {row.check_name: row.state for row in restored.calls("status")}
        assert health["row security"] == "green"
        assert health["schema"] == "green"
        reader = restored.login("test_reader_a")
        assert {tenant for (tenant,) in reader.rows("select tenant_id from obs.enrichment_runs")} == {"alba"}
        assert restored.login("test_reader_b").rows("select tenant_id from obs.enrichment_runs") == []
    finally:
        restored.close()


def test_a_role_without_bypassrls_gets_an_error_or_an_empty_dump(source: Db, tmp_path: Path) -> None:
    source.execute("create role careless login in role pg_read_all_data")
    reader = Reader(source.dsn_for("careless"), tmp_path)
    plain = reader.shell("pg_dump --schema obs")
    assert plain.returncode != 0
    assert "row-level security" in plain.stdout
    silent = reader.shell("pg_dump --schema obs --enable-row-security --data-only --table obs.enrichment_runs")
    assert silent.returncode == 0
    assert "alba-2026-03-02" not in silent.stdout
