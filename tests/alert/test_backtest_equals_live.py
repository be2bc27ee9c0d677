"""A back-test with the settings as they were makes the moves of the live machine, row for row, whatever happened."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from support.alerts import Watch
from support.db import Db

CODE = "CR-02"
BEGIN = datetime(2026, 3, 2, 1, tzinfo=timezone.utc)
COLUMNS = "tenant_id, subject, from_state, to_state, at, run_id, value, threshold, severity, reason"
LIVE = f"""select {COLUMNS} from obs.alert_transitions
    where alert_code = %(code)s and not is_simulation and at >= %(since)s and at <= %(until)s
    order by tenant_id, subject, transition_id"""
# `at` never goes back within a subject; rows of one moment stand in the order of their moves: a stable sort keeps both.
REPLAYED = f"select {COLUMNS} from obs.backtest(%(code)s, %(since)s, %(until)s)"
# Multiples of half the times that rules hold back for: many moments fall on the very end of a timer.
STEPS = (0, 0, 30, 30, 60, 60, 90, 300, 600, 3600)
TIMES = {"for_s": (0, 0, 60, 300), "keep_firing_s": (0, 0, 60, 600), "flap_window_s": (0, 300, 3600)}


class Sequence:
    """A made-up history as statements: observations, ticks, edits and failures of the rule, discarded runs, a clock
    that also goes back."""

    def __init__(self, seed: int, length: int = 40) -> None:
        self.draw = random.Random(seed)
        self.now = self.last = BEGIN
        self.statements: list[sql.Composable] = []
        for name in TIMES:
            self._edit(name)
        for _ in range(length):
            self._move_clock()
            self.draw.choices(
                (self._observe, self._tick, self._edit, self._break_rule, self._forget_run), weights=(60, 25, 8, 3, 3)
            )[0]()  # fmt: skip
        self.now = self.last + timedelta(seconds=self.draw.choice(STEPS))
        self._say("select set_config('obs.now', {}, false)", str(self.now))
        self._tick()

    def text(self) -> sql.Composed:
        return sql.SQL(";\n").join(self.statements)

    def _say(self, statement: str, *values: object) -> None:
        self.statements.append(sql.SQL(statement).format(*map(sql.Literal, values)))

    def _move_clock(self) -> None:
        back = self.draw.random() < 0.1
        self.now += timedelta(seconds=self.draw.choice(STEPS) * (-1 if back else 1))
        self.last = max(self.last, self.now)
        self._say("select set_config('obs.now', {}, false)", str(self.now))

    def _observe(self) -> None:
        verdict = self.draw.choices(("breach", "ok", "no_data"), weights=(5, 4, 1))[0]
        night = self.draw.choice((None, 1, 2, 2, 3))
        seen = {
            "tenant_id": self.draw.choice("ab"), "alert_code": CODE, "subject": self.draw.choice("xy"),
            "is_simulation": False, "observed_at": str(self.now), "verdict": verdict,
            "value": self.draw.choice((0.1, 0.4, 0.6)), "threshold": self.draw.choice((0.3, 0.5)),
            "severity": self.draw.choice(("warning", "page")), "rule_version": 0,
            "run_id": night and f"night {night}", "run_started_at": night and str(BEGIN + timedelta(days=night)),
        }  # fmt: skip
        self._say("select obs._observe(jsonb_populate_record(null::obs.alert_observations, {}))", Jsonb(seen))

    def _tick(self) -> None:
        self._say("select obs._run_timers({})", self.now)

    def _edit(self, name: str | None = None) -> None:
        name = name or self.draw.choice((*TIMES, "threshold", "enabled"))
        value = self.draw.choice(TIMES.get(name, (0, 1, 1)))
        tenant = self.draw.choice((None, "a", "b"))
        self._say("select obs.set_threshold({}, {}, {}, {})", CODE, name, value, tenant)

    def _break_rule(self) -> None:
        for state in ("22012", None):
            self._say("select obs._rule_failed({}, {}, {})", CODE, state, self.now)

    def _forget_run(self) -> None:
        self._say("select obs._forget_run({}, {})", self.draw.choice("ab"), f"night {self.draw.choice((1, 2, 3))}")


def compare(db: Db, seed: int) -> int:
    """Lives through one history and replays it: whole, from a moment in it, and up to one. Number of moves."""
    history = Sequence(seed)
    middle = BEGIN + (history.last - BEGIN) * history.draw.random()
    with db.conn.transaction(force_rollback=True):
        db.conn.execute(history.text())
        for since, until in ((datetime.min, None), (middle, None), (datetime.min, middle)):
            span = {
                "code": CODE,
                "since": "-infinity" if since == datetime.min else since,
                "until": until or history.now,
            }
            live = [tuple(row) for row in db.rows(LIVE, span)]
            replayed = sorted((tuple(row) for row in db.rows(REPLAYED, span)), key=lambda row: row[:2])
            assert replayed == live, f"seed {seed}, {span}"
            if since == datetime.min and until is None:
                moves = len(live)
    return moves


def prepare(db: Db) -> None:
    for tenant in ("a", "b"):
        db.call("create_tenant", tenant_id=tenant)


@pytest.mark.parametrize("part", range(4))
def test_two_hundred_histories(db: Db, part: int) -> None:
    prepare(db)
    moves = [compare(db, seed) for seed in range(part * 50, part * 50 + 50)]
    assert sum(moves) > 500, "the histories are too quiet to prove anything"


@pytest.mark.soak
@pytest.mark.parametrize("part", range(8))
def test_thousands_of_histories(db: Db, part: int) -> None:
    prepare(db)
    for seed in range(10_000 + part * 1000, 11_000 + part * 1000):
        compare(db, seed)


def pruned(db: Db, seed: int) -> int:
    """Lives through one history, lets go of what is older than a moment in it, in steps, and replays the rest: the same
    moves, live ones and those of a machine that goes on from there. Number of observations that went."""
    history = Sequence(seed)
    middle = BEGIN + (history.last - BEGIN) * history.draw.random()
    span = {"code": CODE, "since": middle, "until": history.now}
    with db.conn.transaction(force_rollback=True):
        db.conn.execute(history.text())
        before = db.rows(REPLAYED, span)
        stored = db.one("select count(*) from obs.alert_observations")
        db.set_now((middle + timedelta(days=396 + 31)).isoformat())
        gone = 0
        while step := db.one("select obs._prune_observations(3)"):
            assert step <= 3
            gone += step
        assert db.one("select count(*) from obs.alert_observations") == stored - gone
        assert db.rows(REPLAYED, span) == before, f"seed {seed}, {span}"
        assert sorted((tuple(row) for row in before), key=lambda row: row[:2]) == [
            tuple(row) for row in db.rows(LIVE, span)
        ]
    return gone


@pytest.mark.parametrize("part", range(2))
def test_what_is_kept_replays_the_same_after_pruning(db: Db, part: int) -> None:
    prepare(db)
    gone = [pruned(db, seed) for seed in range(part * 50, part * 50 + 50)]
    assert sum(gone) > 200, "too little was pruned to prove anything"


def test_nights_judged_by_the_real_conditions(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('CR-02', 'keep_firing_s', 3600)")
    db.execute("select obs.set_threshold('VQ-03', 'for_s', 7200)")
    nights = (
        {}, {"crawl": (100, 40)}, {"crawl": (100, 60), "lusha": (10, 2)}, {"crawl": (10, 9), "lusha": (10, 1)}, {},
        {"post": 3},
    )  # fmt: skip
    for night, numbers in enumerate(nights):
        watch.at(f"2026-03-0{2 + night} 01:00:00+00")
        watch.run(**numbers)
        watch.evaluate()
        watch.at(f"2026-03-0{2 + night} 04:00:00+00")
        watch.evaluate()
        if night == 1:
            db.execute("select obs.set_threshold('CR-02', 'threshold', 0.35, 'a')")
    codes = [code for (code,) in db.rows("select distinct alert_code from obs.alert_transitions order by 1")]
    assert {"CR-02", "VQ-03", "CC-05"} <= set(codes)
    for code in codes:
        span = {"code": code, "since": "-infinity", "until": "infinity"}
        assert sorted(db.rows(REPLAYED, span), key=lambda row: row[:2]) == db.rows(LIVE, span), code
