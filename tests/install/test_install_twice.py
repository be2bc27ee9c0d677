"""Installing over an installation changes nothing, whoever else installs at the same moment."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from decimal import Decimal

import pytest

from support.cluster import Cluster
from support.db import Db
from support.install import SQL, install, psql_command
from support.snapshot import catalog, contents


@pytest.fixture(scope="module")
def fresh_cluster() -> Iterator[Cluster]:
    """A server that has never seen obs: not even its roles are there."""
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.close()


def start_install(dsn: str) -> subprocess.Popen[str]:
    command = psql_command(dsn, "-1", "-f", SQL / "install.sql")
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )


def finished(installs: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    return [(done.wait(), err) for done in installs for _, err in [done.communicate()]]


def test_a_second_install_changes_nothing(db: Db) -> None:
    before = catalog(db), contents(db)
    install(db.dsn)
    assert (catalog(db), contents(db)) == before


def test_a_second_install_leaves_what_is_in_use_alone(db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r", started_at="2024-02-03 04:05:06+00")
    db.call("log_event", run_id="r", stage="crawl", event="finish", status="success", logger="obs.stage")
    db.call("set_setting", tenant_id="a", key="capture", value={"mode": "errors"})
    before = catalog(db), contents(db)
    install(db.dsn)
    assert (catalog(db), contents(db)) == before


def test_a_second_install_brings_no_number_back_that_was_set_or_removed(db: Db) -> None:
    db.execute("select obs.set_threshold('CR-02', 'threshold', 0.4)")
    db.execute("select obs.set_threshold('CR-02', 'escalate_at', null)")
    before = contents(db)
    install(db.dsn)
    assert contents(db) == before
    assert dict(db.rows("select name, value from obs.alert_thresholds where alert_code = 'CR-02'")) == {
        "threshold": Decimal("0.4"), "min_sample": Decimal(20),
    }  # fmt: skip


def test_a_rule_that_a_newer_obs_changes_is_another_version(db: Db) -> None:
    db.execute("update obs.alert_rules set severity = 'ticket' where alert_code = 'CR-02'")
    install(db.dsn)
    row = db.row("select severity, version from obs.alert_rules where alert_code = 'CR-02'")
    assert (row.severity, row.version) == ("warning", 2)


def test_installing_says_nothing_when_all_is_well(bare_db: Db) -> None:
    done = install(bare_db.dsn)
    assert (done.stdout.strip(), done.stderr.strip()) == ("", "")


def test_two_installs_at_once_into_one_database_both_succeed(bare_db: Db, db: Db) -> None:
    assert finished([start_install(bare_db.dsn) for _ in range(2)]) == [(0, ""), (0, "")]
    assert catalog(bare_db) == catalog(db)


def test_two_databases_of_a_new_server_install_at_once(fresh_cluster: Cluster) -> None:
    databases = [fresh_cluster.create_database(name) for name in ("one", "two")]
    assert finished([start_install(dsn) for dsn in databases]) == [(0, ""), (0, "")]


def test_an_install_that_fails_leaves_nothing_behind(bare_db: Db) -> None:
    bare_db.execute("create function boom() returns event_trigger language plpgsql as 'begin raise ''boom''; end'")
    bare_db.execute("create event trigger boom on ddl_command_end when tag in ('CREATE VIEW') execute function boom()")
    done = install(bare_db.dsn, check=False)
    assert done.returncode == 3, done.stderr
    assert bare_db.one("select to_regnamespace('obs')") is None
    bare_db.execute("drop event trigger boom")
    install(bare_db.dsn)
