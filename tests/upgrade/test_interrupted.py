"""What goes wrong on the way: killed halfway, a table that is in use, files that are older than the database."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.cluster import Cluster
from support.db import Db
from support.install import SQL, install, psql, psql_command
from support.pipeline import item
from support.snapshot import catalog, contents

from .test_from_0_1 import without_days

WHERE = ["create table if not exists obs.qa_draws", "create or replace view obs.run_overview", "The access matrix"]


def sleeping_manifest(place: Path, before: str) -> Path:
    """The manifest with a pause right before the file that holds this text."""
    lines = []
    for line in (SQL / "install.sql").read_text().splitlines():
        if found := re.fullmatch(r"\\ir (\S+)", line):
            path = SQL / found[1]
            if before in path.read_text():
                lines.append("do $$ begin perform pg_sleep(120); end $$;")
            line = f"\\i {path}"
        lines.append(line)
    copy = place / "install.sql"
    copy.write_text("\n".join(lines) + "\n")
    return copy


def rows(db: Db) -> dict[str, str]:
    """Of tables alone: after a crash a sequence goes on a few numbers later."""
    return {name: digest for name, digest in contents(db).items() if not name.endswith("_seq")}


@pytest.mark.parametrize("before", WHERE)
def test_killed_halfway_leaves_0_1_whole(old_server: Cluster, tmp_path: Path, before: str) -> None:
    db = Db(old_server.connect("old"))
    was = catalog(db), rows(db)
    manifest = sleeping_manifest(tmp_path, before)
    assert "pg_sleep" in manifest.read_text()
    process = subprocess.Popen(
        psql_command(old_server.dsn("old"), "-1", "-f", manifest),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
    deadline = time.monotonic() + 60
    while not db.one(sleeping):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    db.close()
    old_server.kill()
    process.communicate(timeout=60)
    old_server.start()
    db = Db(old_server.connect("old"))
    assert (catalog(db), rows(db)) == was
    assert db.call("version") == "0.1.0"
    assert item(db, "open", "crawl", tenant_id="alba") == "accepted"
    install(old_server.dsn("old"))
    assert db.call("version") != "0.1.0"
    db.close()


def test_a_table_in_use_is_waited_for_and_then_left(used_db: Db) -> None:
    holder = used_db.login()
    holder.execute("begin")
    holder.execute("lock table obs.enrichment_runs in share row exclusive mode")
    was = catalog(used_db), contents(used_db)
    begun = time.monotonic()
    done = subprocess.run(
        psql_command(f"{used_db.dsn} options='-c lock_timeout=300ms'", "-1", "-f", SQL / "install.sql"),
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert "tables of obs have been in use" in done.stderr
    assert time.monotonic() - begun < 10
    assert (catalog(used_db), contents(used_db)) == was
    holder.execute("rollback")
    install(used_db.dsn)


def test_nobody_queues_behind_an_installation_that_waits(used_db: Db) -> None:
    """Somebody forgot to commit an event: the installation waits for that, other writers do not wait for either."""
    forgetful, writer = used_db.login("test_writer"), used_db.login("test_writer")
    forgetful.execute("begin")
    item(forgetful, "open", "crawl", tenant_id="alba")
    command = psql_command(f"{used_db.dsn} options='-c lock_timeout=2s'", "-1", "-f", SQL / "install.sql")
    installer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    waits = []
    while installer.poll() is None:
        begun = time.monotonic()
        assert item(writer, "open", "crawl", tenant_id="alba") == "accepted"
        waits.append(time.monotonic() - begun)
    _, err = installer.communicate()
    assert installer.returncode == 3
    assert "tables of obs have been in use for 2s without a break: nothing was changed" in err
    assert max(waits) < 1
    print(f"{len(waits)} events while the installation waited, the slowest {max(waits) * 1000:.0f} ms")
    forgetful.execute("commit")
    install(used_db.dsn)


def test_a_wait_has_an_end_when_nobody_sets_one(used_db: Db) -> None:
    holder = used_db.login()
    holder.execute("begin")
    holder.execute("lock table obs.enrichment_runs in share row exclusive mode")
    begun = time.monotonic()
    done = install(used_db.dsn, check=False)
    assert "tables of obs have been in use" in done.stderr
    assert 10 <= time.monotonic() - begun < 30
    holder.execute("rollback")


def test_cut_short_without_a_transaction_is_mended_by_installing_again(used_db: Db, db: Db, tmp_path: Path) -> None:
    text = (SQL / "install.sql").read_text().split("\\ir functions/evidence/_one_line.sql")[0]
    half = tmp_path / "half.sql"
    half.write_text(re.sub(r"\\ir (\S+)", lambda found: f"\\i {SQL / found[1]}", text))
    psql(used_db.dsn, "-f", half)
    assert without_days(catalog(used_db)) != without_days(catalog(db))
    install(used_db.dsn)
    assert without_days(catalog(used_db)) == without_days(catalog(db))


def test_files_of_0_1_are_refused_by_psql(used_db: Db, released: Path) -> None:
    install(used_db.dsn)
    was = catalog(used_db), contents(used_db)
    done = psql(used_db.dsn, "-1", "-f", released / "sql" / "install.sql", check=False)
    assert done.returncode == 3
    assert 'cannot change name of input parameter "p_step_since_0_2"' in done.stderr
    assert (catalog(used_db), contents(used_db)) == was
    psql(used_db.dsn, "-f", released / "sql" / "install.sql", check=False)  # statement by statement, too
    assert (catalog(used_db), contents(used_db)) == was


def test_files_older_than_the_database_are_refused_in_one_sentence(db: Db) -> None:
    db.execute("create or replace function obs.version() returns text language sql immutable return '9.0.0'")
    done = install(db.dsn, check=False)
    assert done.returncode == 3
    (message,) = re.findall(r"ERROR:  (.*)", done.stderr)
    assert message == f"this database has obs 9.0.0, and these are the files of obs {version_of_the_files()}"
    assert "HINT" in done.stderr


def version_of_the_files() -> str:
    (found,) = re.findall(r"^return '(.*)';", (SQL / "functions/core/version.sql").read_text(), re.M)
    return found


def test_every_place_that_says_the_version_says_the_same() -> None:
    (ledger,) = re.findall(r"v_ours constant text := '(.*)';", (SQL / "schema/02_ledger.sql").read_text())
    (package,) = re.findall(r'^version = "(.*)"', (SQL.parent / "pyproject.toml").read_text(), re.M)
    (newest, *_) = re.findall(r"^## (\d\S*)", (SQL.parent / "CHANGELOG.md").read_text(), re.M)
    assert {ledger, package, newest} == {version_of_the_files()}


def test_the_command_says_what_it_did(used_db: Db) -> None:
    command = [str(Path(sys.executable).with_name("obs")), "upgrade", "--dsn", used_db.dsn]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"obs 0.1.0 -> {version_of_the_files()}, schema steps applied: ")
    assert "74_backups" in done.stdout
