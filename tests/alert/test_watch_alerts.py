"""Expected runs through the whole machine: what the tick fires and ends, and when."""

from __future__ import annotations

from support.db import Db
from support.nights import Night, event, night, start

__all__ = ["night"]


def states(db: Db, code: str) -> list[tuple[str, str]]:
    """State and situation of each alert of the code, the oldest first."""
    query = "select state, details ->> 'situation' from obs.alerts where alert_code = %s order by alert_id"
    return [tuple(row) for row in db.rows(query, (code,))]


def tick(db: Db) -> Db:
    assert db.call("tick")["alerts"]["failed_rules"] == 0
    return db


def test_a_run_that_never_started_pages_with_the_first_tick_after_its_grace(night: Night) -> None:
    assert states(tick(night(29.9)), "MV-01") == []
    assert states(tick(night(30)), "MV-01") == [("firing", "never_started")]
    assert states(tick(night(31)), "MV-01") == [("firing", "never_started")]
    assert night(31).one("select severity from obs.alerts where alert_code = 'MV-01'") == "page"
    assert states(night(31), "RN-13") == []


def test_a_late_refresh_ends_it(night: Night) -> None:
    tick(night(30))
    start(night(40))
    tick(night(41))
    assert states(night(41), "MV-01")[0][0] == "firing"
    event(night(42), "mv_refresh")
    night(43).call("finish_stage", run_id="r", stage="mv_refresh")
    tick(night(44))
    assert states(tick(night(24 * 60 - 70)), "MV-01")[0][0] == "resolved"


def test_a_run_that_started_before_its_moment_ends_it_too(night: Night) -> None:
    start(night(-5))
    event(night(29), "crawl")
    tick(night(30)).call("heartbeat", run_id="r")
    assert states(tick(night(30)), "MV-01") == [("firing", "running")]
    event(night(31), "mv_refresh")
    night(32).call("finish_stage", run_id="r", stage="mv_refresh")
    night(33).call("finish_run", run_id="r")
    assert states(tick(night(24 * 60 - 70)), "MV-01")[0][0] == "resolved"


def test_each_trouble_pages_once_under_one_code(night: Night) -> None:
    start(night(1))
    tick(night(5))
    assert night(5).one("select status from obs.enrichment_runs") == "crashed"
    assert states(night(5), "RN-13") == []
    assert states(tick(night(31)), "MV-01") == [("firing", "crashed")]
    assert states(night(31), "RN-13") == []
    assert states(tick(night(24 * 60 + 5)), "RN-13") == []


def test_a_crash_after_the_refresh_pages_by_itself(night: Night) -> None:
    start(night(1))
    event(night(2), "mv_refresh")
    night(3).call("finish_stage", run_id="r", stage="mv_refresh")
    night(4).call("heartbeat", run_id="r")
    assert states(tick(night(7)), "RN-13") == [("firing", "crashed")]
    assert states(tick(night(31)), "MV-01") == []
    night(40).call("finish_run", run_id="r", status="success")
    assert states(tick(night(120)), "RN-13")[0][0] == "resolved"


def test_a_crash_is_judged_though_a_newer_run_is_under_way(night: Night) -> None:
    night(0).execute("insert into obs.cluster (identity) values ('test') on conflict do nothing")
    start(night(1), "older", kind="adhoc")
    start(night(2), "newer", kind="adhoc")
    night(4).call("heartbeat", run_id="newer")
    tick(night(4))
    alert = night(4).row("select state, run_id from obs.alerts where alert_code = 'RN-13'")
    assert alert == ("firing", "older")
