"""Prometheus's `for:`, as its own unit tests of rules state it: pending at the first breach, firing once it has lasted.

Evaluated each minute; InstanceDown holds `for: 5m` and is in breach from 0 on, AlwaysFiring holds nothing back.
"""

from __future__ import annotations

import os
import re

import pytest

from support.db import Db
from support.install import ROOT
from support.timelines import Engine, Push

SHARED = ROOT.parent / "shared" / "data" / "alerts" / "promtool"
DAY = 1440

# Minute, rule, the state that is asked for.
EXPECTED = [
    (0, "AlwaysFiring", "firing"),
    (0, "InstanceDown", "pending"),  # "exp_alerts: []": none fires yet
    (4, "AlwaysFiring", "firing"),
    (4, "InstanceDown", "pending"),
    (DAY, "AlwaysFiring", "firing"),
    (DAY, "InstanceDown", "firing"),
]
RULES = {"InstanceDown": ("UP-1", 300), "AlwaysFiring": ("ON-1", 0)}


@pytest.fixture
def engine(db: Db) -> Engine:
    db.execute("insert into obs.cluster (identity) values ('test') on conflict do nothing")
    db.call("create_tenant", tenant_id="prometheus")
    made = Engine(db)
    for code, held_s in RULES.values():
        made.rule(code, across=False, for_s=held_s)
    return made


def state(engine: Engine, name: str) -> str:
    found: str = engine.db.one("select state from obs.alert_states where alert_code = %s", (RULES[name][0],))
    return found


def evaluate(engine: Engine, minute: float, over: bool = False) -> None:
    engine.at(minute * 60)
    for code, _ in RULES.values():
        engine.push(Push(minute * 60, (code, "prometheus", "localhost:9090"), over=over))
    engine.db.execute("select obs._run_timers(obs.now())")


def test_a_day_in_breach(engine: Engine) -> None:
    seen = {}
    for minute in range(DAY + 1):
        evaluate(engine, minute)
        if minute in (0, 4, 5, DAY):
            seen |= {(minute, name): state(engine, name) for name in RULES}
    for minute, name, expected in EXPECTED:
        assert seen[minute, name] == expected, (minute, name)
    assert seen[5, "InstanceDown"] == "firing", "the fifth minute is long enough"
    engine.at(300)
    moves = "select at from obs.alert_transitions where alert_code = 'UP-1' and to_state = 'firing'"
    assert engine.db.rows(moves) == engine.db.rows("select obs.now() as at"), "once"


def test_a_clean_look_starts_the_count_anew(engine: Engine) -> None:
    for minute in range(10):
        evaluate(engine, minute, over=minute == 4)
        assert state(engine, "InstanceDown") == ("inactive" if minute == 4 else "pending"), minute
    evaluate(engine, 10)
    assert state(engine, "InstanceDown") == "firing"


def test_a_time_that_is_full_fires_though_nobody_looked_and_the_next_look_is_clean(engine: Engine) -> None:
    """Chosen otherwise than Prometheus, which only fires at a look in breach: see docs/alerting-compared.md."""
    evaluate(engine, 0)
    evaluate(engine, 7, over=True)
    moves = engine.db.rows(
        "select to_state, reason from obs.alert_transitions where alert_code = 'UP-1' order by transition_id"
    )
    assert [tuple(row) for row in moves] == [
        ("pending", "breach"),
        ("firing", "breached for long enough"),
        ("resolved", "clean"),
    ]


def test_the_cases_are_those_of_promtool() -> None:
    if not SHARED.exists():
        pytest.skip(f"no shared test data in {os.path.relpath(SHARED, ROOT)}: only the transcription was played")
    rules = (SHARED / "rules.yml").read_text()
    held = {
        name: int(minutes or 0) * 60
        for name, minutes in re.findall(r"- alert: (\w+)\n +expr: .*\n(?: +for: (\d+)m)?", rules)
    }
    assert held == {name: held_s for name, (_, held_s) in RULES.items()}
    cases = (
        (SHARED / "unittest.yml").read_text().split("# Tests for alerting rules.")[1].split("# Tests for interval")[0]
    )
    minutes = {"0": 0, "4m": 4, "1d": DAY}
    stated = {
        (minutes[at], name, "firing" if "exp_alerts: []" not in alerts else "pending")
        for at, name, alerts in re.findall(
            r"- eval_time: (\w+)\n +alertname: (\w+)\n((?: +exp_alerts: \[\]| +exp_alerts:\n(?: {10,}.*\n?)+))", cases
        )
    }
    at = re.findall(r"eval_time: (\w+)\n +exp_samples", cases)
    stated |= {
        (minutes[at[0]], name, said) for name, said in re.findall(r'alertname="(\w+)",alertstate="(\w+)"', cases)
    }
    assert stated == set(EXPECTED)
    assert re.search(r'values: "0\+0x(\d+)"', cases)[1] == str(DAY)
