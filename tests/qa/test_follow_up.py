"""A sample that falls short opens one follow-up and one alert, which ends when that is closed and not before."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from support.db import Db
from support.pipeline import refused
from support.qa import drawn, follow_ups, review, reviewed, status


def alerts(db: Db) -> list[Any]:
    return db.rows(
        """select tenant_id, run_id, subject, severity, state, value::float8 as value, threshold::float8 as threshold,
            summary
        from obs.alerts where alert_code = 'QA-07' and not is_simulation order by alert_id"""
    )


def open_ones(db: Db) -> list[tuple[str, str]]:
    return [(row.tenant_id, row.run_id) for row in alerts(db) if row.state != "resolved"]


def told(db: Db) -> list[str]:
    db.execute("select obs.evaluate_alerts()")
    query = "select kind from obs.notifications where alert_code = 'QA-07' order by notification_id"
    return [kind for (kind,) in db.rows(query)]


def test_the_third_failure_opens_it_at_once(night: Db) -> None:
    reviewed(night, 0, 2)
    assert (follow_ups(night), alerts(night)) == ([], [])
    review(night, "c3", "fail")
    assert follow_ups(night) == [("a", "r1", 0, 3, 7, None)]
    (alert,) = alerts(night)
    assert tuple(alert)[:7] == ("a", "r1", "r1", "ticket", "firing", 0.7, 0.8)
    assert alert.summary == (
        "3 of 10 sampled companies failed, 7 wait for review: at most 70.0 % can pass, 80.0 % are wanted"
    )


def test_it_is_told_once_acknowledged_and_ends_with_the_follow_up(night: Db) -> None:
    night.execute("delete from obs.notification_routes")
    night.execute("insert into obs.notification_routes (route_name, channel) values ('default', 'mail')")
    reviewed(night, 0, 3)
    assert told(night) == ["firing"]
    review(night, "c4", "fail")
    assert told(night) == ["firing"]
    number = night.one("select alert_id from obs.alert_active where alert_code = 'QA-07'")
    night.call("ack", alert_id=number, note="looking")
    assert told(night) == ["firing", "acknowledged"]
    night.call("close_follow_up", run_id="r1", reason="the crawler met a login page; mended")
    assert told(night) == ["firing", "acknowledged", "resolved"]
    assert open_ones(night) == []
    assert night.one("select close_reason from obs.qa_follow_ups") == "the crawler met a login page; mended"


def test_neither_corrections_nor_a_later_clean_run_end_it(night: Db) -> None:
    reviewed(night, 7, 3)
    for company in ("c8", "c9", "c10"):
        review(night, company, "pass")
    assert (status(night).pass_rate, status(night).flagged, status(night).follow_up) == (1, False, "open")
    drawn(night, "r2", started_at="2026-03-03 01:00:00+00")
    reviewed(night, 10, 0, run="r2")
    night.execute("select obs.evaluate_alerts()")
    assert open_ones(night) == [("a", "r1")]
    night.call("close_follow_up", run_id="r1", reason="reviewers were too strict", tenant_id="a")
    assert open_ones(night) == []


def test_closed_is_closed(night: Db) -> None:
    reviewed(night, 0, 3)
    first = night.call("close_follow_up", run_id="r1", reason="mended")
    assert night.call("close_follow_up", run_id="r1", reason="another reason") == first
    for company in ("c4", "c5", "c6"):
        review(night, company, "fail")
    night.execute("select obs.evaluate_alerts()")
    assert follow_ups(night) == [("a", "r1", 0, 3, 7, first.closed_at)]
    assert (open_ones(night), len(alerts(night))) == ([], 1)
    assert (status(night).flagged, status(night).follow_up) == (True, "closed")


def test_what_cannot_be_closed(night: Db) -> None:
    assert refused(night.call, "close_follow_up", run_id="r1", reason="x").sqlstate == "OB020"
    assert refused(night.call, "close_follow_up", run_id="r9", reason="x").sqlstate == "OB002"
    reviewed(night, 0, 3)
    for reason in (None, "", " \n"):
        assert refused(night.call, "close_follow_up", run_id="r1", reason=reason).sqlstate == "22023"
    assert follow_ups(night)[0].closed_at is None


def test_a_changed_threshold_does_not_end_it(night: Db) -> None:
    reviewed(night, 0, 3)
    night.execute("select obs.set_threshold('QA-07', 'threshold', 0.5, 'a')")
    night.execute("select obs.evaluate_alerts()")
    assert open_ones(night) == [("a", "r1")]
    night.call("close_follow_up", run_id="r1", reason="70 % will do")
    assert open_ones(night) == []


def test_each_run_has_its_own_and_tenants_are_apart(night: Db) -> None:
    drawn(night, "r2", started_at="2026-03-03 01:00:00+00")
    drawn(night, tenant="b")
    reviewed(night, 0, 3, run="r2")
    reviewed(night, 0, 3, tenant="b")
    reviewed(night, 0, 3, run="r1")
    assert sorted(open_ones(night)) == [("a", "r1"), ("a", "r2"), ("b", "r1")]
    assert night.login("test_reviewer_b").rows("select tenant_id from obs.qa_follow_ups") == [("b",)]
    night.call("close_follow_up", run_id="r1", reason="x", tenant_id="b")
    assert sorted(open_ones(night)) == [("a", "r1"), ("a", "r2")]


def test_a_discarded_run_takes_it_along(night: Db) -> None:
    reviewed(night, 0, 3)
    night.call("discard_run", run_id="r1", tenant_id="a")
    assert (follow_ups(night), open_ones(night)) == ([], [])


@pytest.mark.parametrize("attempt", range(3))
def test_two_third_failures_at_the_same_moment(night: Db, ann: Db, bea: Db, attempt: int) -> None:
    """Either alone would be the third failure: one follow-up, one alert, whoever commits first."""
    reviewed(night, 0, 2)
    ann.execute("begin")
    review(ann, "c3", "fail")
    second = threading.Thread(target=review, args=(bea, "c4", "fail"))
    second.start()
    night.wait_until_blocked(bea)
    ann.execute(("commit", "rollback", "commit")[attempt])
    second.join()
    failed = 3 if attempt == 1 else 4
    assert [tuple(row)[:5] for row in follow_ups(night)] == [("a", "r1", 0, 3, 7)]
    assert status(night).failed == failed
    assert len(alerts(night)) == 1
    assert night.one("select count(*) from obs.alert_transitions where alert_code = 'QA-07'") == 1


def test_an_alert_that_somebody_holds_hinders_no_closing(night: Db, ann: Db) -> None:
    reviewed(night, 0, 3)
    holder = night.login()
    holder.execute("begin")
    holder.call("ack", alert_id=night.one("select alert_id from obs.alert_active"), note="lunch")
    night.execute("set lock_timeout = '500ms'")
    night.call("close_follow_up", run_id="r1", reason="mended")
    assert open_ones(night) == [("a", "r1")]
    holder.execute("commit")
    night.execute("select obs.evaluate_alerts()")
    assert open_ones(night) == []


def test_a_rule_that_is_switched_off_tells_nobody_but_the_follow_up_is_opened(night: Db) -> None:
    night.execute("select obs.set_threshold('QA-07', 'enabled', 0, 'a')")
    reviewed(night, 0, 3)
    assert (len(follow_ups(night)), alerts(night)) == (1, [])


def test_a_rule_that_cannot_be_judged_refuses_no_review(night: Db) -> None:
    condition = night.one("select condition from obs.alert_rules where alert_code = 'QA-07'")
    drawn(night, "r2", started_at="2026-03-03 01:00:00+00")
    night.execute("update obs.alert_rules set condition = 'obs.nowhere' where alert_code = 'QA-07'")
    reviewed(night, 0, 3)
    assert (status(night).failed, len(follow_ups(night)), alerts(night)) == (3, 1, [])
    for _ in range(2):
        night.execute("select obs.evaluate_alerts()")
        assert alerts(night) == [], "it waits as long as the rule is broken"
    night.execute("update obs.alert_rules set condition = %s where alert_code = 'QA-07'", (condition,))
    night.execute("select obs.evaluate_alerts()")
    assert open_ones(night) == [("a", "r1")], "of a run that is not the newest, which no evaluation looks at by itself"
    assert night.rows("select from obs.runs_to_judge") == []


def test_an_alert_of_an_older_run_that_somebody_holds_ends_later(night: Db) -> None:
    drawn(night, "r2", started_at="2026-03-03 01:00:00+00")
    reviewed(night, 0, 3)
    holder = night.login()
    holder.execute("begin")
    holder.call("ack", alert_id=night.one("select alert_id from obs.alert_active"), note="lunch")
    night.call("close_follow_up", run_id="r1", reason="mended")
    assert open_ones(night) == [("a", "r1")]
    holder.execute("commit")
    night.execute("select obs.evaluate_alerts()")
    assert open_ones(night) == []


def test_who_closed_it_and_why_is_on_record_without_addresses(night: Db) -> None:
    reviewed(night, 0, 3)
    night.call("close_follow_up", run_id="r1", reason="jane.roe@example.com was asked")
    kept = night.one("select close_reason from obs.qa_follow_ups")
    assert (kept.startswith("email:h1:"), kept.endswith(" was asked"), "jane" in kept) == (True, True, False)
    detail = night.one("select detail from obs.audit_log where action = 'close_follow_up'")
    assert detail == {"run_id": "r1", "reason": kept}


def test_the_runbook_names_the_check_that_fails_most(night: Db) -> None:
    for place, checks in enumerate(
        ({"contacts": "fail"}, {"contacts": "fail", "about": "fail"}, {"contacts": "pass"}), 1
    ):
        review(night, f"c{place}", "fail", checks={name: {"verdict": verdict} for name, verdict in checks.items()})
    number = night.one("select alert_id from obs.alert_active")
    (answer,) = night.call("diagnose", alert_id=number)
    assert (answer["check"], answer["verdict"]) == ("qa_sample", "cause")
    assert answer["finding"] == "3 failed (c1, c2, c3), 7 wait for review; checks that failed: contacts 2, about 1"
    assert night.rows(answer["sql"].rstrip(";"))[0][0] == "c1"
    for place in (1, 2, 3):
        review(night, f"c{place}", "pass")
    assert night.call("run_check", alert_id=number, check_name="qa_sample")["verdict"] == "clear"


def test_failures_without_a_check_are_said_to_be(night: Db) -> None:
    for place in range(1, 4):
        review(night, f"c{place}", "fail", checks={"contacts": {"verdict": "pass"}})
    answer = night.call(
        "run_check", alert_id=night.one("select alert_id from obs.alert_active"), check_name="qa_sample"
    )
    assert (answer["verdict"], "reviewers marked no check" in answer["finding"]) == ("unknown", True)
