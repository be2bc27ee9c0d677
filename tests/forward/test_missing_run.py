"""A run that never starts is told although nothing schedules the tick: the forwarder stands in."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from obs_client.forward import Forwarder
from support.db import Db
from support.outbox import wait_until
from support.receivers import Receiver

from .conftest import webhook

Run = Callable[..., Forwarder]
LATEST_SECONDS = 90


@pytest.fixture
def expecting(db: Db) -> Db:
    """Everything goes to one channel; tenant a expects a run each minute, ten seconds of grace."""
    db.execute("select obs.create_tenant('a')")
    db.execute("delete from obs.notification_routes where route_name <> 'default'")
    db.execute("update obs.notification_routes set channel = 'slack'")
    return db


def told(hook: Receiver) -> list[str]:
    return [request.json["alert_code"] for request in hook.requests]


def test_a_forwarder_that_finds_the_tick_overdue_reports_the_missing_run(
    expecting: Db, hook: Receiver, run_forwarder: Run
) -> None:
    expecting.execute("select obs.expect('a', '* * * * *', p_grace => '10 seconds')")
    expecting.execute("update obs.expected_runs set expected_since = now() - interval '1 day'")
    expecting.execute("update obs.jobs set last_success_at = now() - interval '71 seconds' where job = 'tick'")
    run_forwarder(settings={"ticks": True}, slack=webhook(hook))
    # A day of missed runs spends the objective too: SL-08 may be told first.
    wait_until(lambda: "MV-01" in told(hook), 30)
    assert set(told(hook)) <= {"MV-01", "SL-08"}
    (missing,) = [request for request in hook.requests if request.json["alert_code"] == "MV-01"]
    assert "no run" in missing.json["text"]


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_the_scheduler_stops_at_the_worst_moment(expecting: Db, hook: Receiver, run_forwarder: Run) -> None:
    """The last tick falls just before the grace ends; the forwarder beats as it does in production."""
    expecting.execute("select obs.tick()")
    run_forwarder(settings={"ticks": True, "beat": 15.0, "poll": 15.0}, slack=webhook(hook))
    soon = expecting.one("select to_char(now() at time zone 'UTC' + interval '1 minute', 'HH24:MI')")
    expecting.execute("select obs.expect('a', %s, p_grace => '10 seconds')", (soon,))
    due = expecting.one("select date_trunc('minute', now()) + interval '1 minute 10 seconds'")
    while (left := float(expecting.one("select extract(epoch from %s - clock_timestamp())", (due,)))) > 0.5:
        expecting.execute("select obs.tick()")
        time.sleep(min(1.0, left - 0.4))
    hook.wait_for(1, LATEST_SECONDS + 30)
    late = float(expecting.one("select extract(epoch from min(sent_at) - %s) from obs.notifications", (due,)))
    print(f"told {late:.1f} s after the grace had ended")
    assert "MV-01" in told(hook)
    assert late <= LATEST_SECONDS
