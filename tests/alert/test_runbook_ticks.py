"""Steps of a runbook ticked by people: who, when, taken back, two at once; and which step to take next."""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta, timezone
from threading import Thread
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.alerts import Watch
from support.db import Db
from support.pipeline import refused

BEGIN = datetime(2026, 3, 2, 1, tzinfo=timezone.utc)


@pytest.fixture
def alert(db: Db, tenants: tuple[str, str]) -> int:
    """CR-02 of tenant a, firing; its runbook has three checks and four mitigations."""
    Watch(db).run(crawl=(40, 30))
    return int(db.one("select alert_id from obs.alert_active where alert_code = 'CR-02'"))


def steps(db: Db, alert: int) -> dict[int, Any]:
    return {row.step: row for row in db.calls("runbook_steps", alert_id=alert)}


def history(db: Db, alert: int) -> list[tuple[Any, ...]]:
    query = "select step, action, done_by, note from obs.runbook_ticks where alert_id = %s order by step, ordinal"
    return [tuple(row) for row in db.rows(query, (alert,))]


def test_a_runbook_is_a_list_to_tick(db: Db, alert: int) -> None:
    reader = db.login("test_reader_a")
    fresh = steps(reader, alert)
    assert [(step, row.kind) for step, row in fresh.items()] == [
        *[(step, "check") for step in (1, 2, 3)],
        *[(step, "mitigation") for step in (4, 5, 6, 7)],
    ]
    assert fresh[5].text == "Reduce concurrency."
    assert {(row.ticked_at, row.ticked_by, row.note) for row in fresh.values()} == {(None, None, None)}
    reader.call("tick_step", alert_id=alert, step=5, note="from 8 to 2")
    ticked = steps(reader, alert)
    assert (ticked[5].ticked_by, ticked[5].note) == ("test_reader_a", "from 8 to 2")
    assert ticked[5].ticked_at is not None
    assert {step for step, row in ticked.items() if row.ticked_at} == {5}


def test_twice_is_once_and_a_second_note_is_kept(db: Db, alert: int) -> None:
    one, two = db.login("test_reader_a"), db
    one.call("tick_step", alert_id=alert, step=5, note="from 8 to 2")
    two.call("tick_step", alert_id=alert, step=5)
    two.call("tick_step", alert_id=alert, step=5, note="and to 1")
    me = db.conn.info.user
    assert history(db, alert) == [(5, "tick", "test_reader_a", "from 8 to 2"), (5, "note", me, "and to 1")]
    shown = steps(db, alert)[5]
    assert (shown.ticked_by, shown.note) == ("test_reader_a", "from 8 to 2\nand to 1")


def test_what_is_taken_back_stays_in_the_history(db: Db, alert: int) -> None:
    reader = db.login("test_reader_a")
    reader.call("untick_step", alert_id=alert, step=5)
    assert history(db, alert) == []
    reader.call("tick_step", alert_id=alert, step=5, note="wrong alert")
    db.call("untick_step", alert_id=alert, step=5)
    assert steps(reader, alert)[5][4:] == (None, None, None)
    reader.call("tick_step", alert_id=alert, step=5)
    assert steps(reader, alert)[5].note is None
    me = db.conn.info.user
    assert [row[1:3] for row in history(db, alert)] == [
        ("tick", "test_reader_a"),
        ("untick", me),
        ("tick", "test_reader_a"),
    ]
    told = db.rows("select actor, action, detail from obs.audit_log where action like 'runbook%' order by audit_id")
    assert [tuple(row) for row in told] == [
        ("test_reader_a", "runbook_tick", {"alert_id": alert, "step": 5, "note": "wrong alert"}),
        (me, "runbook_untick", {"alert_id": alert, "step": 5}),
        ("test_reader_a", "runbook_tick", {"alert_id": alert, "step": 5}),
    ]
    for change in ("update obs.runbook_ticks set done_by = 'x'", "delete from obs.runbook_ticks"):
        assert refused(reader.execute, change).sqlstate == "42501"


def at_once(db: Db, alert: int, first: tuple[str, Any], second: tuple[str, Any], commit: bool = True) -> None:
    """Two sessions: the second one waits for the first, which then commits or not."""
    holder, other = db.login("test_reader_a"), db.login()
    holder.execute("begin")
    holder.call(first[0], alert_id=alert, step=5, **first[1])
    thread = Thread(target=other.call, args=(second[0],), kwargs={"alert_id": alert, "step": 5, **second[1]})
    thread.start()
    db.wait_until_blocked(other)
    holder.execute("commit" if commit else "rollback")
    thread.join()


def test_two_tick_at_once(db: Db, alert: int) -> None:
    at_once(db, alert, ("tick_step", {}), ("tick_step", {}))
    assert history(db, alert) == [(5, "tick", "test_reader_a", None)]
    assert db.one("select count(*) from obs.audit_log where action = 'runbook_tick'") == 1


def test_two_tick_at_once_and_both_notes_stay(db: Db, alert: int) -> None:
    at_once(db, alert, ("tick_step", {"note": "mine"}), ("tick_step", {"note": "yours"}))
    assert [(row[1], row[3]) for row in history(db, alert)] == [("tick", "mine"), ("note", "yours")]


def test_the_second_ticks_when_the_first_gives_up(db: Db, alert: int) -> None:
    at_once(db, alert, ("tick_step", {}), ("tick_step", {}), commit=False)
    assert history(db, alert) == [(5, "tick", db.conn.info.user, None)]


def test_one_unticks_while_another_does_too(db: Db, alert: int) -> None:
    db.call("tick_step", alert_id=alert, step=5)
    at_once(db, alert, ("untick_step", {}), ("untick_step", {}))
    assert [row[1] for row in history(db, alert)] == ["tick", "untick"]


def test_the_machine_waits_for_nobody_who_ticks(db: Db, alert: int) -> None:
    holder = db.login("test_reader_a")
    holder.execute("begin")
    holder.call("tick_step", alert_id=alert, step=5)
    db.execute("set lock_timeout = '500ms'")
    db.call("ack", alert_id=alert)
    Watch(db).run(run="clean")
    assert db.one("select count(*) from obs.runs_to_judge") == 0
    assert db.one("select resolved_at is not null from obs.alerts where alert_id = %s", (alert,))
    holder.execute("commit")
    assert steps(db, alert)[5].ticked_by == "test_reader_a"


def test_verdicts_of_checks_stand_at_the_steps_that_name_them(db: Db, alert: int) -> None:
    found = [("crawl_errors", "clear"), ("crawl_domains", "cause"), ("crawl_rerun", "unknown")]
    db.execute(
        "update obs.alerts set evidence = %s where alert_id = %s",
        (Jsonb([{"check": check, "verdict": verdict} for check, verdict in found]), alert),
    )
    assert [row.verdict for row in steps(db, alert).values()] == ["clear", "cause", None, None, None, None, "unknown"]


def test_notes_hold_no_personal_data(db: Db, alert: int) -> None:
    db.login("test_reader_a").call("tick_step", alert_id=alert, step=5, note="asked jane@acme.example " + "x" * 5000)
    note = steps(db, alert)[5].note
    assert "jane" not in note
    assert len(note) <= 1100


def test_a_step_that_is_not_there(db: Db, alert: int) -> None:
    for verb, step in itertools.product(("tick_step", "untick_step"), (0, 8, -1, None)):
        failed = refused(db.call, verb, alert_id=alert, step=step)
        assert failed.sqlstate == "22023"
        assert f"runbook CR-02 has no step {'NULL' if step is None else step}" in str(failed)


def test_alerts_of_others_are_unknown(db: Db, alert: int) -> None:
    db.call("tick_step", alert_id=alert, step=5)
    stranger = db.login("test_reader_b")
    assert stranger.rows("select * from obs.runbook_ticks") == []
    for verb, more in (
        ("runbook_steps", {}),
        ("next_steps", {}),
        ("tick_step", {"step": 1}),
        ("untick_step", {"step": 5}),
    ):
        for number in (alert, 999, None):
            assert refused(stranger.calls, verb, alert_id=number, **more).sqlstate == "OB010"
        assert refused(db.login("test_writer_a").calls, verb, alert_id=alert, **more).sqlstate == "42501"
    assert [row[1] for row in history(db, alert)] == ["tick"]


def test_a_tick_of_a_step_that_said_something_else_is_not_shown(db: Db, alert: int) -> None:
    db.call("tick_step", alert_id=alert, step=5)
    db.execute("update obs.runbooks set mitigation[2] = 'Something else.' where runbook_code = 'CR-02'")
    assert steps(db, alert)[5].ticked_at is None
    assert history(db, alert)[0][1] == "tick"
    db.call("tick_step", alert_id=alert, step=5)
    assert steps(db, alert)[5].ticked_at is not None
    assert len(history(db, alert)) == 2


def test_the_history_goes_with_its_alert(db: Db, alert: int) -> None:
    db.call("tick_step", alert_id=alert, step=5)
    db.execute("delete from obs.alerts")
    assert db.one("select count(*) from obs.runbook_ticks") == 0


class Incidents:
    """Incidents of MV-01 with a cause that a check names, most of the time, and the step that ends each."""

    CAUSES = (("mv_blocked", 5, 60), ("mv_changed", 7, 30), ("mv_privileges", 6, 10))

    def __init__(self, db: Db, seed: int) -> None:
        self.db, self.dice, self.number = db, random.Random(seed), 0

    def fire(self) -> tuple[int, int]:
        """A new incident and the step that will end it."""
        self.number += 1
        check, right, _ = self.dice.choices(self.CAUSES, [weight for *_, weight in self.CAUSES])[0]
        seen = self.dice.random() < 0.9
        evidence = [
            {"check": name, "verdict": "cause" if name == check and seen else self.dice.choice(("clear", "unknown"))}
            for name, *_ in self.CAUSES
        ]
        fired = BEGIN + timedelta(days=self.number)
        alert = self.db.one(
            """insert into obs.alerts
                (tenant_id, alert_code, subject, severity, rule_version, breached_at, fired_at, evidence)
            values ('a', 'MV-01', %s, 'page', 1, %s, %s, %s) returning alert_id""",
            (str(self.number), fired, fired, Jsonb(evidence)),
        )
        return alert, right

    def work(self, alert: int, right: int) -> None:
        """People try a wrong step now and then, then the right one, which ends it."""
        clock = BEGIN + timedelta(days=self.number, minutes=5)
        tried = [self.dice.choice((1, 2, 8))] if self.dice.random() < 0.4 else []
        for step in [*tried, right]:
            self.db.set_now(str(clock))
            self.db.call("tick_step", alert_id=alert, step=step)
            clock += timedelta(minutes=6)
        self.db.execute(
            "update obs.alerts set state = 'resolved', resolved_at = %s where alert_id = %s", (clock, alert)
        )


def test_after_twenty_incidents_the_first_step_named_is_right_four_times_in_five(
    db: Db, tenants: tuple[str, str]
) -> None:
    incidents, reader = Incidents(db, 5), db.login("test_reader_a")
    for _ in range(20):
        incidents.work(*incidents.fire())
    right = 0
    for _ in range(25):
        alert, ends_it = incidents.fire()
        first, *_ = reader.calls("next_steps", alert_id=alert)
        assert (first.place, first.incidents) == (1, incidents.number - 1)
        right += first.step == ends_it
        incidents.work(alert, ends_it)
    assert right >= 20


def test_efficacy_counts_what_people_did(db: Db, tenants: tuple[str, str]) -> None:
    incidents = Incidents(db, 5)
    truth: dict[int, int] = {}
    for _ in range(20):
        alert, right = incidents.fire()
        truth[right] = truth.get(right, 0) + 1
        incidents.work(alert, right)
    still_open, _ = incidents.fire()
    db.call("tick_step", alert_id=still_open, step=3)
    rows = {row.step: row for row in db.login("test_reader_a").rows("select * from obs.runbook_efficacy")}
    assert {step: row.ended for step, row in rows.items() if row.ended} == truth
    assert 3 not in rows
    for step, number in truth.items():
        row = rows[step]
        assert (row.ticked, row.resolved_within_1h, row.incidents, row.alert_code) == (number, number, 20, "MV-01")
        assert row.median_minutes_to_resolve == 6
        assert row.text == steps(db, still_open)[step].text
    wrong = [row for step, row in rows.items() if step not in truth]
    assert wrong
    assert {(row.ended, row.median_minutes_to_resolve) for row in wrong} == {(0, 12)}
    assert db.login("test_reader_b").rows("select * from obs.runbook_efficacy") == []


def test_without_a_history_the_runbook_leads(db: Db, alert: int) -> None:
    named = db.calls("next_steps", alert_id=alert)
    assert [(row.place, row.step, row.share, row.ended) for row in named] == [(n, n, None, 0) for n in range(1, 8)]
    evidence = Jsonb([{"check": "crawl_domains", "verdict": "cause"}])
    db.execute("update obs.alerts set evidence = %s where alert_id = %s", (evidence, alert))
    assert [row.step for row in db.calls("next_steps", alert_id=alert)] == [2, 1, 3, 4, 5, 6, 7]
    db.call("tick_step", alert_id=alert, step=2)
    assert db.calls("next_steps", alert_id=alert)[0].step == 1
