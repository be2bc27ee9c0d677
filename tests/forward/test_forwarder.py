"""The forwarder at work: what is put into the outbox is told, once, in order, by however many forwarders there are."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from obs_client.forward import Forwarder
from obs_client.forward.channels.base import Message, Ref, Sent
from support.db import Db
from support.outbox import all_done, notify, put, put_alert, states, wait_until
from support.receivers import Answer, PagerDutyServer, Receiver, SlackServer

from .conftest import channel, webhook

Run = Callable[..., Forwarder]


def test_a_notification_reaches_its_receiver_at_once(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    forwarder = run_forwarder(settings={"poll": 30.0, "beat": 30.0}, slack=webhook(hook))
    wait_until(lambda: forwarder.listener.is_listening, what="listening")
    began = time.monotonic()
    number = put(db)
    notify(db)
    hook.wait_for(1, 10)
    assert time.monotonic() - began < 10  # and not after the poll
    wait_until(lambda: states(db) == {number: "sent"})
    assert hook.requests[0].json["title"] == "CR-02 Crawl error rate high: a"
    assert hook.keys[0].endswith(f"-{number}")


def test_without_a_notify_the_poll_finds_it(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    put(db)
    run_forwarder(settings={"poll": 0.3}, slack=webhook(hook))
    hook.wait_for(1)
    put(db, number=2)
    hook.wait_for(2)


def test_two_forwarders_tell_each_thing_once_and_in_order(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    for _ in range(2):
        run_forwarder(slack=webhook(hook))
    for number in range(60):
        put(db, number=number % 20, facts={"title": f"{number:02}"})
    notify(db)
    wait_until(lambda: all_done(db), 30)
    assert sorted(Counter(hook.keys).values()) == [1] * 60
    for thread in range(20):
        told = [r.json["title"] for r in hook.requests if r.json["thread_key"] == f"t{thread}"]
        assert told == sorted(told)


def test_a_thread_goes_on_where_the_receiver_began_it(db: Db, slack: SlackServer, run_forwarder: Run) -> None:
    put(db, number=1)
    put(db, number=1, kind="resolved")
    run_forwarder(slack=channel("slack", token="env:TEST_SLACK", channel="C1", api_url=f"{slack.url}/api/"))
    wait_until(lambda: all_done(db))
    assert [request.path.rpartition("/")[2] for request in slack.requests] == [
        "chat.postMessage", "chat.update", "chat.postMessage",
    ]  # fmt: skip


def test_a_revoked_token_is_told_on_the_pager(
    db: Db, slack: SlackServer, pagerduty: PagerDutyServer, run_forwarder: Run
) -> None:
    slack.token = "another"
    number = put(db, fallback_channel="pager")
    pager = channel("pagerduty", routing_key="env:TEST_PAGER", api_url=pagerduty.url)
    run_forwarder(
        slack=channel("slack", token="env:TEST_SLACK", channel="C1", api_url=f"{slack.url}/api/"), pager=pager
    )
    pagerduty.wait_for(1)
    wait_until(lambda: all_done(db))
    assert states(db)[number] == "dead"
    said = pagerduty.requests[0].json["payload"]
    assert said["summary"].startswith("Undelivered: ")
    assert "token_revoked" in said["custom_details"]["text"]


def test_a_private_webhook_is_refused_and_told_elsewhere(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    closed = channel("webhook", url=f"https://127.0.0.1:{hook.port}/", secret="env:TEST_HOOK")
    number = put(db, "hook")
    run_forwarder(hook=closed, mail=webhook(hook))
    hook.wait_for(1)
    wait_until(lambda: all_done(db))
    assert states(db)[number] == "dead"
    assert "private address" in hook.requests[0].json["text"]


def test_failures_are_tried_again_with_the_same_key(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    hook.script.extend([Answer(503), Answer(429, {}, {"Retry-After": "0"})])
    put(db)
    run_forwarder(slack=webhook(hook))
    for tries in (1, 2):
        hook.wait_for(tries)
        wait_until(lambda: "waiting" in states(db).values())
        db.execute("update obs.notifications set next_try_at = clock_timestamp()")
        notify(db)
    hook.wait_for(3)
    wait_until(lambda: all_done(db))
    assert len(set(hook.keys)) == 1
    assert [request.json["attempts"] for request in hook.requests] == [1, 2, 3]


def test_one_channel_in_trouble_holds_no_other_back(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    slow = Receiver()
    try:
        slow.script.append(Answer(delay=30))
        put(db, "slow", 1)
        run_forwarder(slow=webhook(slow), mail=webhook(hook))
        slow.wait_for(1)
        put(db, "mail", 2)
        notify(db)
        hook.wait_for(1, 10)
    finally:
        slow.close()


def test_a_message_that_cannot_be_written_is_still_told(db: Db, hook: Receiver, run_forwarder: Run) -> None:
    db.execute(
        "create or replace function obs._message(p_notification obs.notifications) returns jsonb language plpgsql "
        "as $$ begin raise exception 'broken'; end $$"
    )
    put(db, severity="page", alert_ids=[17])
    run_forwarder(slack=webhook(hook))
    hook.wait_for(1)
    assert hook.requests[0].json["title"] == "obs alert, page, firing"
    assert "17" in hook.requests[0].json["text"]


CHECKS = """
create function obs.checks_of(p_alert_id bigint) returns table (check_name text, statement text) language sql as $$
    values ('quick', 's'), ('slow', 's'), ('writes', 's'), ('fails', 's') $$;
create function obs.run_check(p_alert_id bigint, p_check_name text) returns jsonb language plpgsql as $$
begin
    if p_check_name = 'slow' then perform pg_sleep(5); end if;
    if p_check_name = 'writes' then insert into obs.settings (key, value) values ('x', '1'); end if;
    if p_check_name = 'fails' then raise exception 'no'; end if;
    return jsonb_build_object('check', p_check_name, 'verdict', 'clear');
end $$;
create function obs.keep_evidence(p_alert_id bigint, p_evidence jsonb) returns void language sql security definer as $$
    update obs.alerts set evidence = p_evidence where alert_id = p_alert_id $$;
grant execute on function obs.checks_of(bigint), obs.run_check(bigint, text), obs.keep_evidence(bigint, jsonb)
to obs_forwarder;
"""


def test_evidence_is_collected_before_telling(
    db: Db, tenants: tuple[str, str], hook: Receiver, run_forwarder: Run
) -> None:
    for name in ("checks_of", "run_check", "keep_evidence"):
        for (signature,) in db.rows("select oid::regprocedure from pg_proc where proname = %s", (name,)):
            db.execute(f"drop function {signature} cascade")
    db.execute(CHECKS)
    alert = put_alert(db, "a")
    put(db, alert_ids=[alert])
    run_forwarder(slack=webhook(hook))
    hook.wait_for(1)
    kept = {found["check"]: found["verdict"] for found in db.one("select evidence from obs.alerts")}
    assert kept == {"quick": "clear", "slow": "unknown", "writes": "unknown", "fails": "unknown"}
    assert db.rows("select from obs.settings where key = 'x'") == []


def test_what_a_receiver_calls_it_may_be_too_long_to_keep(db: Db, run_forwarder: Run) -> None:
    class Wordy:
        def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
            return Sent({"name": [random.random() for _ in range(2000)]})

        def close(self) -> None:
            pass

    number = put(db)
    run_forwarder(slack=Wordy())
    wait_until(lambda: states(db) == {number: "sent"})
    assert db.one("select attempts from obs.notifications") == 1
