"""What was sent, what is tried again, what is given up and told elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from support.db import Db
from support.outbox import claim, make_due, put, states


def fail(db: Db, number: int, **more: Any) -> Any:
    return db.call("fail_notification", notification_id=number, forwarder_id="f1", **{"error": "HTTP 500", **more})


def delay(db: Db, number: int) -> float:
    query = (
        "select extract(epoch from next_try_at - clock_timestamp()) from obs.notifications where notification_id = %s"
    )
    return float(db.one(query, (number,)))


def test_what_was_sent_is_done_once(db: Db) -> None:
    number = put(db)
    claim(db)
    done = {"notification_id": number, "forwarder_id": "f1"}
    assert db.call("complete_notification", **done, external_ref={"ts": "1.2"}) is True
    assert db.call("complete_notification", **done) is False
    assert fail(db, number) is None
    row = db.row("select state, sent_at is not null as sent, leased_by, attempts from obs.notifications")
    assert row == ("sent", True, None, 1)
    assert db.one("select external_ref from obs.notification_threads where thread_key = 't1'") == {"ts": "1.2"}


@pytest.mark.parametrize("reference", ["'[]'", "'\"ts\"'", "jsonb_build_object('x', %s)"])
def test_a_reference_is_a_small_object(db: Db, reference: str) -> None:
    if "%s" in reference:
        noise = "(select string_agg(md5(i::text), '') from generate_series(1, 300) i)"
        reference = reference.replace("%s", noise)
    number = put(db)
    claim(db)
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        db.execute(f"select obs.complete_notification({number}, 'f1', {reference})")


def test_waits_double_up_to_a_quarter_of_an_hour(db: Db) -> None:
    number = put(db)
    for attempt, base in [(1, 5), (2, 10), (3, 20), (8, 640), (9, 900), (60, 900)]:
        make_due(db)
        db.execute("update obs.notifications set attempts = %s", (attempt - 1,))
        claim(db)
        assert fail(db, number) == "waiting"
        assert 0.5 * base - 1 <= delay(db, number) <= 1.5 * base


def test_waits_differ(db: Db) -> None:
    assert len({row[0] for row in db.rows("select obs._retry_delay(3, null) from generate_series(1, 20)")}) > 10


def test_a_receiver_that_names_a_time_is_not_asked_earlier(db: Db) -> None:
    number = put(db)
    claim(db)
    fail(db, number, retry_after=timedelta(seconds=120))
    assert 119 <= delay(db, number) <= 133
    make_due(db)
    claim(db)
    fail(db, number, retry_after=timedelta(days=30))
    assert delay(db, number) <= 7 * 3600, "nobody is believed a month"


def test_after_a_day_it_is_given_up(db: Db) -> None:
    number = put(db, created_at="2020-01-01")
    claim(db)
    assert fail(db, number) == "dead"


def test_what_is_given_up_is_told_on_the_default_channel(db: Db) -> None:
    number = put(db, alert_ids=[7], severity="page")
    claim(db)
    assert fail(db, number, error="Slack: token_revoked", permanent=True) == "dead"
    row = db.row("select * from obs.notifications where kind = 'dead_letter'")
    assert (row.channel, row.severity, row.alert_ids, row.thread_key) == ("mail", "page", [7], "t1")
    assert row.message["text"].startswith("Not delivered on slack: Slack: token_revoked")
    assert "Crawl error rate high" in row.message["text"]
    assert row.facts == {"notification_id": number, "channel": "slack"}
    assert db.one("select last_error from obs.notifications where state = 'dead'") == "Slack: token_revoked"


def test_its_own_fallback_comes_first(db: Db) -> None:
    number = put(db, fallback_channel="jira")
    claim(db)
    fail(db, number, permanent=True)
    assert db.one("select channel from obs.notifications where kind = 'dead_letter'") == "jira"


def test_a_fallback_nobody_serves_is_passed_over(db: Db) -> None:
    db.call("forwarder_beat", forwarder_id="f1", channels=["slack", "mail"])
    number = put(db, fallback_channel="jira")
    claim(db)
    fail(db, number, permanent=True)
    assert db.one("select channel from obs.notifications where kind = 'dead_letter'") == "mail"


def test_a_dead_letter_is_not_told_again(db: Db) -> None:
    number = put(db, "mail", kind="dead_letter", fallback_channel="slack")
    claim(db, "mail")
    assert fail(db, number, permanent=True) == "dead"
    assert states(db) == {number: "dead"}


def test_the_default_channel_has_nowhere_else_to_tell_unless_it_names_one(db: Db) -> None:
    first = put(db, "mail", 1)
    claim(db, "mail")
    fail(db, first, permanent=True)
    assert states(db) == {first: "dead"}
    db.call("set_route", route_name="default", channel="mail", fallback_channel="slack")
    second = put(db, "mail", 2)
    claim(db, "mail")
    fail(db, second, permanent=True)
    assert db.one("select channel from obs.notifications where kind = 'dead_letter'") == "slack"


def test_a_channel_nobody_serves_is_told_where_somebody_listens(db: Db) -> None:
    lost = put(db, "nowhere", next_try_at="2020-01-01")
    fresh = put(db, "nowhere", 2)
    db.call("forwarder_beat", forwarder_id="f1", channels=["mail"])
    assert states(db)[lost] == "dead"
    assert states(db)[fresh] == "waiting"
    assert "no forwarder serves" in db.one(
        "select message ->> 'text' from obs.notifications where kind = 'dead_letter'"
    )


def test_when_all_forwarders_were_down_everything_waits_for_them(db: Db) -> None:
    lost = put(db, "slack", next_try_at="2020-01-01")
    db.call("forwarder_beat", forwarder_id="f1", channels=["slack"])
    assert states(db) == {lost: "waiting"}


def test_secrets_in_an_error_are_masked(db: Db) -> None:
    number = put(db)
    claim(db)
    fail(db, number, error="550 boss@acme.example: https://user:hunter2secret@host failed, password=hunter2secret")
    kept = db.one("select last_error from obs.notifications")
    assert "hunter2secret" not in kept
    assert "boss@" not in kept
    assert kept.startswith("550 ")


def test_a_message_is_written_once(db: Db) -> None:
    number = put(db)
    first = db.call("notification_message", notification_id=number)
    db.execute('update obs.notifications set facts = \'{"title": "changed"}\'')
    assert db.call("notification_message", notification_id=number) == first
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        db.call("notification_message", notification_id=-1)


def test_a_beat_keeps_the_forwarders_row(db: Db) -> None:
    beat = {"forwarder_id": "f1", "channels": ["mail"]}
    db.execute("insert into obs.forwarders values ('old', '{x}', '2020-01-01', '2020-01-01')")
    db.call("forwarder_beat", **beat)
    db.call("forwarder_beat", **beat, detail={"n": 1}, is_listening=True)
    row = db.row("select * from obs.forwarders")
    assert (row.forwarder_id, row.channels, row.is_listening, row.detail) == ("f1", ["mail"], True, {"n": 1})
    assert row.last_seen_at > row.started_at


def test_a_beat_says_when_the_tick_is_overdue(db: Db) -> None:
    beat = {"forwarder_id": "f1", "channels": ["mail"]}
    assert db.call("forwarder_beat", **beat) is True
    db.call("tick")
    assert db.call("forwarder_beat", **beat) is False
    for age, overdue in ((65, False), (75, True)):
        db.execute("update obs.jobs set last_success_at = clock_timestamp() - %s * interval '1 s'", (age,))
        assert db.call("forwarder_beat", **beat) is overdue


def test_a_notification_is_announced_by_its_number_alone(db: Db) -> None:
    listener = db.login()
    listener.execute("listen obs_alerts")
    number = put(db, facts={"title": "secret of acme"})
    claim(db)
    fail(db, number, permanent=True)
    (notify,) = listener.conn.notifies(timeout=5, stop_after=1)
    assert notify.payload == str(db.one("select notification_id from obs.notifications where kind = 'dead_letter'"))


def test_a_dead_letter_takes_no_thread_from_the_alert_it_tells_of(db: Db) -> None:
    put(db, number=1)
    put(db, number=1, kind="dead_letter")
    put(db, number=1, kind="resolved")
    for ref in ({"ts": "1.1"}, {"ts": "2.2"}):
        (row,) = claim(db)
        assert db.call(
            "complete_notification", notification_id=row.notification_id, forwarder_id="f1", external_ref=ref
        )
    (row,) = claim(db)
    assert (row.kind, row.external_ref) == ("resolved", {"ts": "1.1"})
