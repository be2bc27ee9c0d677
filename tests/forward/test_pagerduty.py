"""PagerDuty: an incident is triggered, acknowledged and resolved by one key."""

from __future__ import annotations

import pytest

from obs_client.forward.channels.base import Channel, Refused, TryLater
from support.outbox import HOSTILE, message
from support.receivers import Answer, PagerDutyServer

from .conftest import channel


@pytest.fixture
def sender(pagerduty: PagerDutyServer) -> Channel:
    return channel("pagerduty", routing_key="env:TEST_PAGER", api_url=pagerduty.url, timeout_s=1)


def test_one_incident_from_trigger_to_resolve(pagerduty: PagerDutyServer, sender: Channel) -> None:
    kinds = ["firing", "escalated", "repeat", "acknowledged", "resolved"]
    ref = None
    for number, kind in enumerate(kinds):
        ref = sender.deliver(message(kind=kind), ref, f"obs-x-{number}").external_ref
    assert len(pagerduty.incidents) == 1
    assert [r.json["event_action"] for r in pagerduty.requests] == [*["trigger"] * 3, "acknowledge", "resolve"]
    assert pagerduty.requests[0].json["payload"]["severity"] == "critical"


def test_threads_tenants_and_databases_have_incidents_of_their_own(pagerduty: PagerDutyServer, sender: Channel) -> None:
    sender.deliver(message(), None, "obs-x-1")
    sender.deliver(message(thread_key="other"), None, "obs-x-2")
    sender.deliver(message(tenant_id="brisk"), None, "obs-x-3")
    sender.deliver(message(), None, "obs-y-1")
    sender.deliver(message(kind="dead_letter"), None, "obs-x-4")
    assert len(pagerduty.incidents) == 5


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_pass_as_text(pagerduty: PagerDutyServer, sender: Channel, hostile: str) -> None:
    sender.deliver(message(hostile, text=hostile, runbook_url=f"javascript:{hostile}"), None, "obs-x-1")
    (event,) = [request.json for request in pagerduty.requests]
    assert "\n" not in event["payload"]["summary"]
    assert event["links"] == []


def test_the_page_of_the_alert_stands_first_among_the_links(pagerduty: PagerDutyServer, sender: Channel) -> None:
    sender.deliver(message(page_url="https://obs.example/alerts/7"), None, "obs-x-1")
    (event,) = [request.json for request in pagerduty.requests]
    assert event["links"][0] == {"href": "https://obs.example/alerts/7", "text": "Page"}


def test_429_is_tried_again_when_it_says(pagerduty: PagerDutyServer, sender: Channel) -> None:
    pagerduty.script.append(Answer(429, {}, {"Retry-After": "21"}))
    with pytest.raises(TryLater) as caught:
        sender.deliver(message(), None, "obs-x-1")
    assert caught.value.retry_after == 21


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(502, b"<html>"),
        Answer(202, b"nonsense"),
        Answer(202, {"status": "?"}),
        Answer(202, {}, {}, 5),
    ],
    ids=lambda answer: f"{answer.status}-{answer.data[:10]!r}-{answer.delay}",
)
def test_troubles_are_tried_again(pagerduty: PagerDutyServer, sender: Channel, answer: Answer) -> None:
    pagerduty.script.append(answer)
    with pytest.raises(TryLater):
        sender.deliver(message(), None, "obs-x-1")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 301])
def test_what_will_not_change_is_final(pagerduty: PagerDutyServer, sender: Channel, status: int) -> None:
    pagerduty.script.append(Answer(status, {"status": "invalid event"}))
    with pytest.raises(Refused):
        sender.deliver(message(), None, "obs-x-1")
