"""The other verbs: help, version, install, uninstall, status, replay, demo."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from obs_client.cli import demo as demo_verb
from obs_client.install import InstallError, parts
from support.db import Db
from support.install import SQL
from support.loglines import Night
from support.totals import of_night, stored

Run = Callable[..., "subprocess.CompletedProcess[str]"]

VERBS = [
    *("install", "upgrade", "uninstall", "version", "import", "reconcile", "status"),
    *("timeline", "explain", "report", "tail"),
    *("simulate", "diagnose", "backtest", "export", "replay", "forward", "demo", "serve", "token", "qa", "privacy"),
]


def test_help_lists_every_verb(obs: Run) -> None:
    for done in (obs("--help"), obs("-h"), obs()):
        assert (done.returncode, done.stderr) == (0, "")
        assert re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.M) == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(obs: Run, verb: str) -> None:
    done = obs(verb, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Example: obs {verb}" in " ".join(done.stdout.split())
    assert verb in ("demo", "qa", "privacy") or "--dsn" in done.stdout


def test_version_with_and_without_a_database(db: Db, obs: Run) -> None:
    assert re.fullmatch(r"obs-client \d+\.\d+\.\d+\n", obs("version").stdout)
    shown = obs("version", "--dsn", db.dsn_for("test_writer")).stdout.splitlines()
    assert re.fullmatch(rf"obs {db.call('version')} on PostgreSQL \d+\.\d+.*", shown[1])


def test_install_twice_and_uninstall(bare_db: Db, obs: Run) -> None:
    for _ in range(2):
        done = obs("install", dsn=bare_db.dsn)
        assert (done.returncode, done.stderr) == (0, "")
        assert "is installed" in done.stdout
    refused = obs("uninstall", dsn=bare_db.dsn)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith("say --yes\n")
    assert bare_db.one("select to_regnamespace('obs') is not null")
    for said in ("obs is gone", "obs is not installed there"):
        done = obs("uninstall", "--yes", dsn=bare_db.dsn)
        assert done.returncode == 0
        assert done.stdout.startswith(said)
    assert bare_db.one("select to_regnamespace('obs') is null")


def test_upgrade_wants_an_obs_that_is_there(bare_db: Db, obs: Run) -> None:
    done = obs("upgrade", dsn=bare_db.dsn)
    assert (done.returncode, done.stdout) == (2, "")
    assert "obs is not installed in this database" in done.stderr
    assert bare_db.one("select to_regnamespace('obs') is null")


def test_upgrading_what_is_up_to_date_says_so(db: Db, obs: Run) -> None:
    done = obs("upgrade", dsn=db.dsn)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"obs {db.call('version')} was there already")


def test_installing_needs_rights(bare_db: Db, obs: Run) -> None:
    done = obs("install", dsn=bare_db.dsn_for("test_nobody"))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "CREATE on the database and CREATEROLE" in line
    assert bare_db.one("select to_regnamespace('obs') is null")


def test_the_manifest_is_read_in_the_order_of_psql(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "install.sql").write_text(
        "select 1;\n\\ir sub/two.sql\n-- only a remark\n\\ir sub/two.sql\nselect 3;\n"
    )
    (tmp_path / "sub/two.sql").write_text("select 2;\n")
    assert [text.strip() for _, text in parts(tmp_path / "install.sql")] == [
        *("select 1;", "select 2;", "select 2;"),
        "select 3;",
    ]
    (tmp_path / "odd.sql").write_text("\\copy t from f\n")
    with pytest.raises(InstallError, match="only"):
        list(parts(tmp_path / "odd.sql"))
    assert len(list(parts(SQL / "install.sql"))) > 50


def test_status_shows_every_check_and_fails_on_red(db: Db, ops: str, obs: Run) -> None:
    rows = db.login("test_ops").calls("status")
    done = obs("status", dsn=ops)
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [row.check_name for row in rows]
    assert done.returncode == (1 if any(row.state == "red" for row in rows) else 0)
    db.execute(
        """create or replace function obs.status() returns table (check_name text, state text, detail text, remedy text)
        language sql as $$ values ('ticks', 'red', 'none for an hour', 'select obs.start()') $$"""
    )
    done = obs("status", dsn=ops)
    assert done.returncode == 1
    assert done.stdout == "ticks\tred\tnone for an hour\tselect obs.start()\n"


def test_replay_sends_a_dead_process_s_spool(db: Db, writer: str, obs: Run, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=3)
    lines = [
        {**json.loads(line), "event_id": f"01890a5d-ac96-874b-800e-{number:012x}"}
        for number, line in enumerate(night.lines)
    ]
    spool = tmp_path / "obs-99-0123456789abcdef.log"
    spool.write_text("\n".join(map(json.dumps, lines)) + "\n")
    done = obs("replay", "--spool-dir", tmp_path, dsn=writer)
    assert done.returncode == 0
    assert f"1 files, {len(lines)} lines: {len(lines)} accepted, 0 duplicate" in done.stdout
    assert obs("replay", "--spool-dir", tmp_path, dsn=writer).stdout.startswith("0 files, 0 lines")
    assert obs("import", spool, dsn=writer).returncode == 0
    assert stored(db, 101, 5001) == of_night(night)


def test_demo_hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("obs_client.demo.run_demo", lambda keep: asked.append(keep) or 7)
    assert (demo_verb.demo(keep=True), asked) == (7, [True])


def test_an_alert_whose_runbook_has_no_checks_says_so(db: Db, obs: Run, tenants: tuple[str, str]) -> None:
    db.execute("delete from obs.runbook_checks where runbook_code = 'CR-02'")
    number = db.one(
        """insert into obs.alerts (tenant_id, alert_code, subject, severity, rule_version, breached_at, fired_at)
        values ('a', 'CR-02', 'x', 'page', 1, now(), now()) returning alert_id"""
    )
    done = obs("diagnose", str(number), dsn=db.dsn_for("test_reader_a"))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("the runbook of this alert has no checks: ")
