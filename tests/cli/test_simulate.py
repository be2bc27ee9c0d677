"""`obs simulate`: a drill from the command line, and its exit status."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from support.db import Db

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def tenant(db: Db) -> str:
    db.execute("select obs.create_tenant('a')")
    if not db.one("select count(*) from obs.notification_routes"):
        db.execute("insert into obs.notification_routes (route_name, channel) values ('default', 'mail')")
    db.execute("select obs.set_threshold('C-10', 'threshold', 1000, 'a')")
    return "a"


def test_all_drills_in_one_command(db: Db, obs: Run, ops: str, tenant: str) -> None:
    done = obs("simulate", "--all", "--tenant", tenant, dsn=ops, timeout=30)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [
        "C-10", "CC-05", "CR-02", "MV-01", "OA-04", "OE-06", "PV-14", "QA-07", "RC-12", "RN-13", "SL-08", "UP-11",
        "VQ-03", "WD-09",
    ]  # fmt: skip
    assert db.one("select count(*) from obs.enrichment_runs") == 0


def test_without_a_forwarder_the_wait_ends_and_says_so(obs: Run, ops: str, tenant: str) -> None:
    done = obs("simulate", "CR-02", "--tenant", tenant, "--wait", "1", dsn=ops)
    assert done.returncode == 1
    assert "is obs forward running?" in done.stdout


def test_all_goes_on_past_a_drill_that_raises_nothing(db: Db, obs: Run, ops: str, tenant: str) -> None:
    db.execute("select obs.set_threshold('C-10', 'threshold', null, 'a')")
    done = obs("simulate", "--all", "--tenant", tenant, dsn=ops)
    assert done.returncode == 1
    assert done.stderr.startswith("obs: C-10: ")
    assert len(done.stdout.splitlines()) == 15


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("XX-99", "--tenant", "a"), "there is no alert 'XX-99' (OB011)"),
        (("CR-02", "--tenant", "nobody"), "tenant 'nobody' does not exist (OB001)"),
        (("CR-02",), "which alert, and for whom?"),
        (("CR-02", "--all", "--tenant", "a"), "which alert, and for whom?"),
    ],
)
def test_what_cannot_be_drilled_is_one_sentence(
    obs: Run, ops: str, tenant: str, arguments: tuple[str, ...], said: str
) -> None:
    done = obs("simulate", *arguments, dsn=ops)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_reader_may_not(obs: Run, db: Db, tenant: str) -> None:
    done = obs("simulate", "CR-02", "--tenant", tenant, dsn=db.dsn_for("test_reader"))
    assert done.returncode == 2
    assert "permission denied" in done.stderr
