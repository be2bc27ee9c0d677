"""What is told and what is not: grouping, repeats, flapping, inhibition, silences, acknowledgement."""

from __future__ import annotations

import pytest

from support.alerts import Watch
from support.db import Db
from support.pipeline import refused


def at(minute: int) -> str:
    return f"2026-03-0{2 + minute // 1440} {minute // 60 % 24:02}:{minute % 60:02}:00+00"


@pytest.fixture
def routes(db: Db) -> None:
    """One route for everything, so that a message is one row."""
    db.execute("delete from obs.notification_routes")
    db.execute("insert into obs.notification_routes (route_name, channel) values ('default', 'mail')")


pytestmark = pytest.mark.usefixtures("routes")


def test_a_firing_is_told_once_and_its_end_once(watch: Watch) -> None:
    watch.run(crawl=(100, 40))
    assert (watch.flush(), watch.flush()) == (1, 0)
    watch.run()
    assert (watch.flush(), watch.flush()) == (1, 0)
    assert watch.told() == [("firing", "CR-02", "crawl", "default"), ("resolved", "CR-02", "crawl", "default")]


def test_ten_thousand_failures_of_a_run_are_one_alert(watch: Watch) -> None:
    watch.run(crawl=(10_000, 10_000))
    watch.evaluate()
    assert watch.told() == [("firing", "CR-02", "crawl", "default")]


def test_forty_tenants_and_one_vendor_are_one_message_naming_forty(watch: Watch, db: Db) -> None:
    for number in range(40):
        db.call("create_tenant", tenant_id=f"t{number}")
        watch.run(tenant=f"t{number}", lusha=(10, 3))
    assert watch.flush() == 1
    told = db.row("select kind, alert_ids, tenant_id from obs.notifications")
    assert (told.kind, len(told.alert_ids), told.tenant_id) == ("firing", 40, "")


def test_of_two_hundred_tenants_who_join_a_told_group_all_wait_for_one_update(watch: Watch, db: Db) -> None:
    watch.at(at(0))
    for number in range(200):
        watch.observe("breach", tenant_id=f"t{number}", subject="lusha")
        watch.flush()
    watch.at(at(6))
    watch.flush()
    assert [(kind, subject) for kind, _, subject, _ in watch.told()] == [("firing", "lusha"), ("update", "lusha")]
    assert db.one("select max(cardinality(alert_ids)) from obs.notifications") == 200


def test_a_tenants_own_route_names_that_tenant_alone(watch: Watch, db: Db) -> None:
    db.call("create_tenant", tenant_id="b")
    db.execute("insert into obs.notification_routes (tenant_id, route_name, channel) values ('a', 'mine', 'hook')")
    db.execute("insert into obs.notification_routes (route_name, channel) values ('all', 'slack')")
    for tenant in ("a", "b"):
        watch.run(tenant=tenant, lusha=(10, 3))
    watch.flush()
    told = db.rows("select route_name, tenant_id, cardinality(alert_ids) from obs.notifications order by 1")
    assert [tuple(row) for row in told] == [("all", "", 2), ("mine", "a", 1)]


def test_to_a_tenants_own_route_its_first_alert_is_news_whatever_others_were_told(watch: Watch, db: Db) -> None:
    db.call("create_tenant", tenant_id="b")
    db.call("set_route", route_name="own", channel="chat", tenant_id="b")
    watch.at(at(0))
    watch.run(lusha=(10, 3))
    watch.flush()
    watch.at(at(10))
    watch.run(tenant="b", lusha=(10, 3))
    watch.flush()
    (claimed,) = db.calls("claim_notifications", forwarder_id="f", channels=["chat"])
    alert = db.one("select alert_id from obs.alerts where tenant_id = 'b'")
    assert (claimed.kind, claimed.alert_ids, claimed.needs_evidence) == ("firing", [alert], [alert])


@pytest.mark.parametrize(("code", "messages"), [("CR-02", 3), ("VQ-03", 2)], ids=["alone", "told across tenants"])
def test_a_condition_that_flips_twenty_times_an_hour_is_few_messages(
    watch: Watch, db: Db, code: str, messages: int
) -> None:
    for minute in range(0, 60, 3):
        watch.at(at(minute))
        watch.observe("breach", code)
        watch.flush()
        watch.at(at(minute + 1))
        watch.observe("ok", code)
        watch.flush()
    assert len(watch.told()) == messages
    assert db.one("select is_flapping from obs.alert_active")
    watch.at(at(180))
    watch.evaluate()
    assert watch.active() == {}


def test_repeats_stop_with_an_acknowledgement_and_an_escalation_is_told_all_the_same(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('CR-02', 'repeat_s', 3600)")
    watch.at(at(0))
    watch.observe("breach", "CR-02", 0.4)
    watch.flush()
    watch.at(at(61))
    watch.flush()
    alert = db.one("select alert_id from obs.alert_active")
    db.execute("select obs.ack(%s, 'looking')", (alert,))
    watch.flush()
    watch.at(at(300))
    watch.flush()
    watch.observe("breach", "CR-02", 0.6, severity="page")
    watch.flush()
    assert [kind for kind, *_ in watch.told()] == ["firing", "repeat", "acknowledged", "escalated"]


def test_openai_inhibits_the_vendor_alert_visibly(watch: Watch, db: Db) -> None:
    watch.run(openai=(10, 2))
    watch.flush()
    assert watch.told() == [("firing", "OA-04", "openai", "default")]
    muted = db.one("select muted_by from obs.alert_active where alert_code = 'VQ-03'")
    assert muted == "inhibited by OA-04"
    watch.run()
    assert watch.active() == {}
    watch.at("2099-01-01 00:00:00+00")
    watch.flush()
    assert [kind for kind, *_ in watch.told()] == ["firing", "resolved"]


def test_a_silenced_alert_is_told_when_the_silence_ends(watch: Watch, db: Db) -> None:
    watch.at(at(0))
    silence = db.one("select obs.silence('vendor migration', '1 hour', 'a', 'CR-02')")
    watch.run(crawl=(100, 40))
    watch.flush()
    assert watch.told() == []
    assert db.one("select muted_by from obs.alert_active") == f"silence {silence}"
    watch.at(at(61))
    watch.flush()
    assert [kind for kind, *_ in watch.told()] == ["firing"]


def test_an_alert_resolved_while_silenced_is_told(watch: Watch, db: Db) -> None:
    watch.at(at(0))
    watch.run(crawl=(100, 40))
    watch.flush()
    db.execute("select obs.silence('we know', '1 hour')")
    watch.at(at(5))
    watch.run()
    watch.flush()
    assert [kind for kind, *_ in watch.told()] == ["firing", "resolved"]


def test_an_alert_that_came_and_went_in_silence_is_told_never(watch: Watch, db: Db) -> None:
    db.execute("select obs.silence('maintenance', '1 hour', p_is_maintenance => true)")
    watch.run(crawl=(100, 40))
    watch.flush()
    watch.run()
    watch.flush()
    db.execute("select obs.unsilence(silence_id) from obs.alert_silences")
    watch.flush()
    assert watch.told() == []
    assert db.one("select count(*) from obs.alert_groups where closed_at is null") == 0


def test_what_cannot_be_silenced_or_taken(watch: Watch, db: Db, tenants: tuple[str, str]) -> None:
    watch.run(crawl=(100, 40))
    for call, state, word in (
        ("obs.silence('x', '40 days')", "22023", "30 days"),
        ("obs.silence('x', '178000000 years')", "22023", "30 days"),
        ("obs.silence('x', '1 day', p_starts_at => 'infinity')", "22023", "30 days"),
        ("obs.silence('  ', '1 day')", "22023", "reason"),
        ("obs.silence('x', '1 day', p_alert_code => 'XX-99')", "OB011", "XX-99"),
        ("obs.silence('x', '1 day', 'nobody')", "OB001", "nobody"),
        ("obs.unsilence(77)", "22023", "77"),
        ("obs.ack(77)", "OB010", "77"),
        ("obs.set_threshold('XX-99', 'threshold', 1)", "OB011", "XX-99"),
        ("obs.set_threshold('CR-02', 'treshold', 1)", "22023", "treshold"),
        ("obs.set_threshold('CR-02', 'threshold', 'NaN')", "22023", "NaN"),
    ):
        error = refused(db.execute, f"select {call}")
        assert (error.sqlstate, word in str(error)) == (state, True), call
    alert = db.one("select alert_id from obs.alert_active")
    foreign = refused(db.login("test_reader_b").execute, "select obs.ack(%s)", (alert,))
    unknown = refused(db.login("test_reader_b").execute, "select obs.ack(%s)", (alert + 1000,))
    assert foreign.sqlstate == "OB010"
    assert foreign.diag.message_primary.replace(str(alert), "#") == unknown.diag.message_primary.replace(
        str(alert + 1000), "#"
    )
    db.login("test_reader_a").execute("select obs.ack(%s)", (alert,))
    assert db.one("select acked_by from obs.alert_active") == "test_reader_a"


def test_an_escalation_finds_the_pager_and_the_pager_hears_the_end(watch: Watch, db: Db) -> None:
    db.execute("""insert into obs.notification_routes (route_name, channel, severities) values
        ('page', 'pager', '{page}'), ('warn', 'slack', '{page,warning}')""")
    watch.observe("breach", "CR-02", 0.4)
    watch.flush()
    watch.observe("breach", "CR-02", 0.6, severity="page")
    watch.flush()
    watch.observe("breach", "CR-02", 0.4)
    watch.flush()
    watch.observe("ok", "CR-02", 0.1)
    watch.flush()
    assert [(kind, route) for kind, _, _, route in watch.told()] == [
        ("firing", "warn"), ("escalated", "page"), ("escalated", "warn"), ("update", "page"), ("update", "warn"),
        ("resolved", "page"), ("resolved", "warn"),
    ]  # fmt: skip


def test_routes_of_day_and_night_to_one_channel_are_one_message(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_route('day', 'slack', p_from_time => '08:00', p_to_time => '20:00')")
    db.execute("select obs.set_route('night', 'slack', p_from_time => '20:00', p_to_time => '08:00')")
    watch.at(at(60))
    watch.observe("breach", "CR-02", 0.4)
    watch.flush()
    watch.at(at(720))
    watch.observe("ok", "CR-02", 0.1)
    watch.flush()
    assert [(kind, route) for kind, _, _, route in watch.told()] == [("firing", "night"), ("resolved", "day")]
    assert db.one("select count(distinct thread_key) from obs.notifications") == 1


def test_a_tenants_own_route_named_like_everybodys_ends_only_what_it_began(watch: Watch, db: Db) -> None:
    db.execute("insert into obs.notification_routes (route_name, channel) values ('warn', 'slack')")
    db.execute("insert into obs.notification_routes (tenant_id, route_name, channel) values ('a', 'warn', 'slack')")
    watch.observe("breach", "CR-02", 0.4)
    watch.flush()
    watch.observe("ok", "CR-02", 0.1)
    watch.flush()
    assert [kind for kind, *_ in watch.told()] == ["firing", "resolved"]


def test_what_got_worse_during_a_silence_is_told_when_it_ends(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('CR-02', 'repeat_s', 0)")
    watch.at(at(0))
    watch.observe("breach", "CR-02", 0.4)
    watch.flush()
    db.call("silence", reason="migration", **{"for": "1 hour"})
    watch.at(at(10))
    watch.observe("breach", "CR-02", 0.6, severity="page")
    assert watch.flush() == 0
    watch.at(at(61))
    assert watch.flush() == 1
    assert [kind for kind, *_ in watch.told()] == ["firing", "escalated"]


def test_what_was_found_out_about_a_run_does_not_speak_for_the_next(watch: Watch, db: Db) -> None:
    watch.run(crawl=(100, 40))
    watch.flush()
    alert = db.one("select alert_id from obs.alert_active")
    db.execute("select obs.keep_evidence(%s, '[]')", (alert,))
    watch.run(crawl=(100, 45))
    watch.flush()
    assert db.rows("select alert_id, evidence from obs.alert_active") == [(alert, None)]
    claimed = db.rows("select kind, needs_evidence from obs.claim_notifications('f', '{mail}')")
    assert [tuple(row) for row in claimed][-1][1] == [alert]
