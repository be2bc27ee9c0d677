"""Jira: one open issue a tenant and alert, found again by its key or its label, a comment for each change."""

from __future__ import annotations

import base64

import pytest

from obs_client.forward.channels.base import Channel, Refused, TryLater
from support.outbox import HOSTILE, message
from support.receivers import Answer, JiraServer

from .conftest import channel


@pytest.fixture(params=[True, False], ids=["cloud", "own"])
def sender(jira: JiraServer, request: pytest.FixtureRequest) -> Channel:
    jira.is_cloud = request.param
    return channel("jira", url=jira.url, user="obs@example.com", token="env:TEST_JIRA", project="OPS", timeout_s=1)


def test_one_issue_and_a_comment_for_each_change(jira: JiraServer, sender: Channel) -> None:
    first = sender.deliver(message("it broke"), None, "obs-x-1")
    assert first.external_ref == {"scope": "ticket", "key": "OPS-1"}
    sender.deliver(message("it is worse", kind="escalated", thread_key="next night"), first.external_ref, "obs-x-2")
    sender.deliver(message("it is well", kind="resolved"), first.external_ref, "obs-x-3")
    assert list(jira.issues) == ["OPS-1"]
    assert jira.issues["OPS-1"]["summary"] == "it broke"
    assert ["it is worse" in c["body"] or "it is well" in c["body"] for c in jira.comments["OPS-1"]] == [True, True]
    login = base64.b64encode(b"obs@example.com:jira-token").decode()
    assert {request.headers["authorization"] for request in jira.requests} == {f"Basic {login}"}


def test_an_issue_that_a_dead_try_left_is_found_by_its_label(jira: JiraServer, sender: Channel) -> None:
    sender.deliver(message(), None, "obs-x-1")
    again = sender.deliver(message(attempts=2), None, "obs-x-1")
    assert again.external_ref == {"scope": "ticket", "key": "OPS-1"}
    assert list(jira.issues) == ["OPS-1"]
    assert jira.comments == {}, "it says so already"


def test_tenants_and_alerts_have_issues_of_their_own(jira: JiraServer, sender: Channel) -> None:
    for number, more in enumerate([{}, {"tenant_id": "brisk"}, {"ticket_key": "acme/VQ-03"}]):
        sender.deliver(message(**more), None, f"obs-x-{number}")
    sender.deliver(message(), None, "obs-y-1")
    assert len(jira.issues) == 4


def test_a_closed_issue_is_left_and_named_in_the_next(jira: JiraServer, sender: Channel) -> None:
    first = sender.deliver(message(), None, "obs-x-1")
    jira.closed.add("OPS-1")
    second = sender.deliver(message(), first.external_ref, "obs-x-2")
    assert second.external_ref == {"scope": "ticket", "key": "OPS-2"}
    assert "Earlier issue: OPS-1" in jira.issues["OPS-2"]["description"]
    jira.closed.add("OPS-2")
    sender.deliver(message(kind="resolved"), second.external_ref, "obs-x-3")
    assert len(jira.issues) == 2


def test_the_end_of_what_was_never_told_opens_no_issue(jira: JiraServer, sender: Channel) -> None:
    assert sender.deliver(message(kind="resolved"), None, "obs-x-1").external_ref is None
    assert jira.issues == {}


def test_a_deleted_issue_is_made_again(jira: JiraServer, sender: Channel) -> None:
    sent = sender.deliver(message(), {"scope": "ticket", "key": "OPS-99"}, "obs-x-1")
    assert sent.external_ref == {"scope": "ticket", "key": "OPS-1"}


def test_a_comment_is_not_written_twice(jira: JiraServer, sender: Channel) -> None:
    ref = sender.deliver(message(), None, "obs-x-1").external_ref
    sender.deliver(message("worse"), ref, "obs-x-2")
    sender.deliver(message("worse", attempts=2), ref, "obs-x-2")
    sender.deliver(message("worst", attempts=2), ref, "obs-x-3")
    assert len(jira.comments["OPS-1"]) == 2


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_text(jira: JiraServer, hostile: str) -> None:
    sender = channel("jira", url=jira.url, token="env:TEST_JIRA", project="OPS")
    sender.deliver(message(hostile, text=hostile), None, "obs-x-1")
    issue = jira.issues["OPS-1"]
    assert "\n" not in issue["summary"]
    assert "{code}" not in issue["description"]
    assert "[~" not in issue["description"]
    assert jira.requests[0].headers["authorization"] == "Bearer jira-token"


def test_429_is_tried_again_when_it_says(jira: JiraServer, sender: Channel) -> None:
    jira.script.append(Answer(429, {}, {"Retry-After": "11"}))
    with pytest.raises(TryLater) as caught:
        sender.deliver(message(), {"key": "OPS-1"}, "obs-x-1")
    assert caught.value.retry_after == 11


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(200, b"<html>"),
        Answer(200, {"issues": 7}),
        Answer(200, {"issues": [{}]}),
        Answer(200, {}, {}, 5),
    ],
    ids=lambda answer: f"{answer.status}-{answer.data[:16]!r}-{answer.delay}",
)
def test_troubles_are_tried_again_and_nothing_is_created(jira: JiraServer, sender: Channel, answer: Answer) -> None:
    jira.script.append(answer)
    with pytest.raises(TryLater):
        sender.deliver(message(), None, "obs-x-1")
    assert jira.issues == {}


@pytest.mark.parametrize("status", [400, 401, 403])
def test_what_will_not_change_is_final(jira: JiraServer, sender: Channel, status: int) -> None:
    jira.script.append(Answer(status, {"errorMessages": ["no"]}))
    with pytest.raises(Refused):
        sender.deliver(message(), None, "obs-x-1")
