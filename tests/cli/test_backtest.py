"""`obs backtest`: what fired, what would have, the sweep, and answers to what cannot be asked."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from support.alerts import Watch
from support.db import Db

Run = Callable[..., "subprocess.CompletedProcess[str]"]

RATES = (0.28, 0.4, 0.6, 0.1, 0.33)


@pytest.fixture
def nights(db: Db) -> list[datetime]:
    """The last five nights of tenant a, with crawl error rates RATES."""
    db.call("create_tenant", tenant_id="a")
    watch = Watch(db)
    today = datetime.now(timezone.utc).replace(hour=1, minute=0, second=0, microsecond=0)
    moments = [today - timedelta(days=len(RATES) - number) for number in range(len(RATES))]
    for moment, rate in zip(moments, RATES, strict=True):
        watch.at(str(moment))
        watch.run(crawl=(100, round(rate * 100)))
    return moments


def shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%SZ")


def test_what_a_rule_raised(db: Db, obs: Run, nights: list[datetime]) -> None:
    done = obs("backtest", "CR-02", dsn=db.dsn_for("test_ops"))
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0].startswith("CR-02 since ")
    assert lines[1:] == [
        "at tenant subject move value threshold reason",
        f"{shown(nights[1])} a crawl fires warning 0.4 0.3 breach",
        f"{shown(nights[2])} a crawl fires page 0.6 0.5 escalated",
        f"{shown(nights[3])} a crawl resolved 0.1 0.3 clean",
        f"{shown(nights[4])} a crawl fires warning 0.33 0.3 breach",
        "",
        "numbers firings resolutions still open median messages a week",
        *[line for line in lines if line.startswith("as it was 2 1 1 2 days, 0:00:00 ")],
    ]


def test_a_sweep_over_thresholds(db: Db, obs: Run, nights: list[datetime]) -> None:
    done = obs("backtest", "CR-02", "--since", "2w", "--set", "threshold=0.25,0.3,0.35", dsn=db.dsn_for("test_ops"))
    rows = [line.split()[:4] for line in done.stdout.splitlines() if line.startswith("threshold=")]
    assert rows == [
        ["threshold=0.25", "2", "1", "1"],
        ["threshold=0.3", "2", "1", "1"],
        ["threshold=0.35", "1", "1", "0"],
    ]


def test_one_value_lists_the_moves_by_it(db: Db, obs: Run, nights: list[datetime]) -> None:
    done = obs("backtest", "CR-02", "--set", "threshold=0.25", "--tenant", "a", dsn=db.dsn_for("test_ops"))
    assert f"{shown(nights[0])}  a       crawl    fires warning  0.28" in done.stdout
    assert "threshold=0.25" in done.stdout.splitlines()[0]


def test_a_span_narrows_it(db: Db, obs: Run, nights: list[datetime]) -> None:
    done = obs("backtest", "CR-02", "--since", str(nights[4]), dsn=db.dsn_for("test_ops"))
    assert done.stdout.count("crawl") == 1
    done = obs("backtest", "CR-02", "--since", "30d", "--until", str(nights[0]), dsn=db.dsn_for("test_ops"))
    assert "nothing fired, nothing was resolved" in done.stdout


def test_a_reader_sees_its_tenants(db: Db, obs: Run, tenants: tuple[str, str]) -> None:
    Watch(db).run(tenant="b", crawl=(100, 40))
    assert "fires warning" in obs("backtest", "CR-02", dsn=db.dsn_for("test_reader_b")).stdout
    assert "nothing fired" in obs("backtest", "CR-02", dsn=db.dsn_for("test_reader_a")).stdout


def test_an_alert_that_does_not_exist(db: Db, obs: Run) -> None:
    done = obs("backtest", "CR-99", dsn=db.dsn_for("test_ops"))
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("obs: there is no alert 'CR-99' (OB011): Alerts are C-10, CC-05, CR-02,")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["CR-02", "--since", "soon"], "'soon' is no time: write 90m, 12h, 30d"),
        (["CR-02", "--since", "2w", "--until", "3w"], "cannot run from"),
        (["CR-02", "--set", "threshold"], "write a number's name and its values"),
        (["CR-02", "--set", "threshold=low"], "write a number's name and its values"),
        (["CR-02", "--set", "threshold=NaN"], "write a number's name and its values"),
        (["CR-02", "--set", "treshold=1,2"], "rules have no number 'treshold'"),
        (["CR-02", "--tenant", "nobody"], "tenant 'nobody' is not known among your tenants (OB001)"),
        ([], "Missing argument 'CODE'"),
    ],
)
def test_what_cannot_be_asked(db: Db, obs: Run, arguments: list[str], sentence: str) -> None:
    done = obs("backtest", *arguments, dsn=db.dsn_for("test_ops"))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert sentence in line


def test_who_may_not_is_told_what_is_missing(db: Db, obs: Run) -> None:
    done = obs("backtest", "CR-02", dsn=db.dsn_for("test_writer"))
    assert done.returncode == 2
    assert "grant obs_reader to LOGIN" in done.stderr
