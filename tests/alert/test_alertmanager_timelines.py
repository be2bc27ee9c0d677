"""Alertmanager's acceptance timelines, played to this engine; docs/alerting-compared.md says why what differs does.

The times and labels below are those of four cases of its acceptance tests. Where the shared test data stand beside this
tree, the transcription is held against them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from support.db import Db
from support.install import ROOT
from support.timelines import Engine, Name, Push, Told, Want

SHARED = ROOT.parent / "shared" / "data" / "alerts" / "alertmanager_timelines.json"

TEST: Name = ("TEST-1", "a", "")
ONE, TWO, THREE = (("TEST-1", tenant, "") for tenant in ("v1", "v2", "v3"))
OTHER, AA, AB, JOB = (
    ("TEST-1", "testjob", "aa"),
    ("INST-1", "testjob", "aa"),
    ("INST-1", "testjob", "ab"),
    ("JOB-1", "testjob", "aa"),
)


def names(*alerts: Name) -> frozenset[Name]:
    return frozenset(alerts)


# Pushes and wanted deliveries; an annotation v1, v2, … is a value 1, 2, …
MERGE = (
    [
        Push(1.0, TEST, 0), Push(1.2, TEST, 0), Push(2.1, TEST, 1), Push(3.6, TEST, 2), Push(4.6, TEST, 2, over=True),
        Push(4.8, TEST, 3, over=True), Push(4.8, TEST, 3, over=True), Push(5.3, TEST, 0),
    ],
    [
        Want((2.0, 2.5), firing=names(TEST)), Want((3.0, 3.5), firing=names(TEST)),
        Want((4.0, 4.5), firing=names(TEST)), Want((5.0, 5.5), resolved=names(TEST)),
        Want((6.0, 6.5), firing=names(TEST)),
    ],
)  # fmt: skip
REPEAT = (
    [Push(1.0, TEST, 0), Push(3.5, TEST, 0, over=True)],
    [
        Want((2.0, 2.5), firing=names(TEST)), Want((3.0, 3.5), firing=names(TEST)),
        Want((4.0, 4.5), resolved=names(TEST)),
    ],
)  # fmt: skip
RESOLVED = (
    [Push(1.0, ONE, 0), Push(1.0, TWO, 0), Push(1.0, THREE, 0)],
    [Want((2.0, 2.5), firing=names(ONE, TWO, THREE)), Want((12.0, 13.0), resolved=names(ONE, TWO, THREE))],
)
INHIBITING = (
    [Push(1.0, OTHER, 0), Push(1.0, AA, 0), Push(1.0, AB, 0), Push(2.2, JOB, 0), Push(3.6, JOB, 0, over=True)],
    [
        Want((2.0, 2.5), firing=names(OTHER, AA, AB)), Want((3.0, 3.5), firing=names(OTHER, AB, JOB)),
        Want((4.0, 4.5), firing=names(OTHER, AA, AB), resolved=names(JOB)),
    ],
)  # fmt: skip
CASES = {"testMergeAlerts": MERGE, "TestRepeat": REPEAT, "TestResolved": RESOLVED, "TestInhibiting": INHIBITING}


@pytest.fixture
def engine(db: Db) -> Engine:
    """No rules but the test's, tenants after the labels, one route, so that a message is one row."""
    db.execute("delete from obs.notification_routes")
    db.execute("insert into obs.notification_routes (route_name, channel) values ('default', 'hook')")
    db.execute("insert into obs.cluster (identity) values ('test') on conflict do nothing")
    for tenant in ("a", "v1", "v2", "v3", "testjob"):
        db.call("create_tenant", tenant_id=tenant)
    return Engine(db)


def times(told: list[Told]) -> list[tuple[float, str]]:
    return [(one.at, one.kind) for one in told]


def heard_by_then(engine: Engine, wants: list[Want]) -> None:
    """Each wanted delivery has a message of ours of its own for each of its alerts, in order, and none comes later."""
    heard: dict[Name, float] = {}
    for want in wants:
        for alert in want.firing | want.resolved:
            at = engine.told_after(alert, alert in want.resolved, heard.get(alert, 0.0))
            assert at is not None, (alert, want)
            assert at <= want.between[1], (alert, want)
            heard[alert] = at


def test_merge_alerts(engine: Engine) -> None:
    """One alert said again and again, repeated at each group interval, ended, and back."""
    pushes, wants = MERGE
    engine.rule("TEST-1", across=True, group_interval_s=1, repeat_s=0.001)
    engine.play(pushes, until=5.5)
    assert times(engine.told) == [
        (1.0, "firing"),  # wanted 2.0 to 2.5: they wait group_wait for company, we do not
        (2.0, "repeat"),  # 3.0 to 3.5: our intervals count from a second earlier
        (3.0, "repeat"),  # 4.0 to 4.5
        (4.0, "repeat"),  # a second ahead: one repeat more fits in before the end
        (5.0, "resolved"),  # 5.0 to 5.5: known at 4.6, but the group had been told at 4.0
        (5.3, "firing"),  # 6.0 to 6.5: the group was over, so a new one is told at once
    ]
    heard_by_then(engine, wants)
    ended = engine.db.rows("select fired_at, resolved_at from obs.alerts order by alert_id")
    engine.at(1.0)
    assert ended[0].fired_at == engine.db.one("select obs.now()"), "when we heard of it, whatever start it names"
    engine.at(4.6)
    assert ended[0].resolved_at == engine.db.one("select obs.now()"), "not the latest end that a later word names"


def test_repeat(engine: Engine) -> None:
    pushes, wants = REPEAT
    engine.rule("TEST-1", across=True, group_interval_s=1, repeat_s=0.001)
    engine.play(pushes, until=6)
    assert times(engine.told) == [
        (1.0, "firing"),  # wanted 2.0 to 2.5
        (2.0, "repeat"),  # 3.0 to 3.5
        (3.0, "repeat"),  # one more, a second ahead
        (4.0, "resolved"),  # 4.0 to 4.5: known at 3.5, held back by group_interval_s
    ]
    heard_by_then(engine, wants)


def test_resolved(engine: Engine) -> None:
    """Three label sets are one message, and their ends another. We take no silence for an end."""
    engine.rule("TEST-1", across=True, group_interval_s=5, repeat_s=4 * 3600)
    engine.play(RESOLVED[0], until=20)
    assert [(one.at, one.kind, one.firing) for one in engine.told] == [
        (1.0, "firing", names(ONE, TWO, THREE)),  # wanted 2.0 to 2.5
    ], "their resolve_timeout of 10 s ends what nobody mentions; here only a clean look does"
    for alert in (ONE, TWO, THREE):
        engine.at(21.0)
        engine.push(Push(21.0, alert, 0, over=True))
    engine.look(21.0)
    assert (engine.told[1].at, engine.told[1].kind) == (21.0, "resolved")
    assert engine.told[1].resolved == names(ONE, TWO, THREE)


def test_resolved_when_somebody_looks(engine: Engine) -> None:
    """A clean look at the second that their timeout ends the alerts: the end is told then and there."""
    pushes, wants = RESOLVED
    engine.rule("TEST-1", across=True, group_interval_s=5, repeat_s=4 * 3600)
    engine.play([*pushes, *(Push(11.0, one.alert, 0, over=True) for one in pushes)], until=13)
    assert [(one.at, one.kind, one.firing, one.resolved) for one in engine.told] == [
        (1.0, "firing", names(ONE, TWO, THREE), names()),
        (11.0, "resolved", names(), names(ONE, TWO, THREE)),  # wanted 12.0 to 13.0
    ]
    heard_by_then(engine, wants)


def test_inhibiting(engine: Engine) -> None:
    """job and zone are tenant and subject here. Each rule and subject is a message of its own; theirs is one."""
    pushes, wants = INHIBITING
    engine.rule("TEST-1", across=False, repeat_s=1)
    engine.rule("JOB-1", across=False, repeat_s=1)
    engine.rule("INST-1", across=False, inhibited_by=["JOB-1"], repeat_s=1)
    engine.play(pushes, until=4.5)
    said = {alert: [] for alert in (OTHER, AA, AB, JOB)}
    for one in engine.told:
        for alert in one.firing | one.resolved:
            said[alert].append((one.at, one.kind))
    every_second = [(1.0, "firing"), (2.0, "repeat"), (3.0, "repeat"), (4.0, "repeat")]
    assert said == {
        OTHER: every_second,
        AB: every_second,
        AA: [(1.0, "firing"), (2.0, "repeat"), (3.6, "repeat")],  # mute from 2.2 to 3.6, and told again at once
        JOB: [(2.2, "firing"), (3.2, "repeat"), (3.6, "resolved")],  # wanted 3.0 to 3.5 and 4.0 to 4.5
    }
    heard_by_then(engine, wants)
    silent = wants[1].between
    assert not any(silent[0] <= at <= silent[1] for at, _ in said[AA]), "the one their delivery leaves out"


@pytest.fixture
def shared_timelines() -> list[dict[str, Any]]:
    """The cases as they were taken from the acceptance tests, where this tree stands beside them."""
    if not SHARED.exists():
        where = Path(os.path.relpath(SHARED.parent, ROOT))
        pytest.skip(f"no shared test data in {where}: only the transcription was played")
    cases: list[dict[str, Any]] = json.loads(SHARED.read_text())
    return cases


def ours(labels: dict[str, str]) -> Name:
    code = {"test": "TEST-1", "test1": "TEST-1", "InstanceDown": "INST-1", "JobDown": "JOB-1"}[labels["alertname"]]
    return code, labels.get("job") or labels.get("lbl") or "a", labels.get("zone", "")


def test_the_transcription_is_that_of_the_acceptance_tests(shared_timelines: list[dict[str, Any]]) -> None:
    assert {case["name"] for case in shared_timelines} == set(CASES)
    for case in shared_timelines:
        pushes, wants = CASES[case["name"]]
        assert [(one.at, one.alert, one.over) for one in pushes] == [
            (push["at"], ours(alert["labels"]), "ends_at" in alert)
            for push in case["pushes"]
            for alert in push["alerts"]
        ], case["name"]
        assert [(one.between, one.firing, one.resolved) for one in wants] == [
            (
                tuple(want["between"]),
                names(*(ours(one["labels"]) for one in want["alerts"] if "ends_at" not in one)),
                names(*(ours(one["labels"]) for one in want["alerts"] if "ends_at" in one)),
            )
            for want in case["wants"]
        ], case["name"]
