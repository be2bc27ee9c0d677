"""Slack: one thread an alert, its parent kept up to date; what Slack answers decides what happens next."""

from __future__ import annotations

import re
import time

import pytest

from obs_client.forward.channels import slack as module
from obs_client.forward.channels.base import Channel, Refused, TryLater
from support.outbox import HOSTILE, message
from support.receivers import Answer, SlackServer

from .conftest import channel


@pytest.fixture
def sender(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> Channel:
    made = channel("slack", token="env:TEST_SLACK", channel="C1", api_url=f"{slack.url}/api/", timeout_s=1)
    monkeypatch.setattr(made, "_pace", module.Pace(0.0))
    return made


def test_an_alert_is_one_thread_whose_parent_is_kept_up_to_date(slack: SlackServer, sender: Channel) -> None:
    first = sender.deliver(message("it broke"), None, "obs-x-1")
    assert first.external_ref == {"channel": "C1", "ts": "1700000000.000000"}
    again = sender.deliver(message("it is worse", kind="escalated"), first.external_ref, "obs-x-2")
    last = sender.deliver(message("it is well", kind="resolved"), again.external_ref, "obs-x-3")
    assert last.external_ref == first.external_ref
    parent, *replies = slack.messages.values()
    assert "it is well" in parent["text"]
    assert [reply["thread_ts"] for reply in replies] == ["1700000000.000000"] * 2
    assert ["it is worse" in replies[0]["text"], "it is well" in replies[1]["text"]] == [True, True]
    assert [r.json["metadata"]["event_payload"]["idempotency_key"] for r in slack.requests] == [
        "obs-x-1", "obs-x-2", "obs-x-2", "obs-x-3", "obs-x-3",
    ]  # fmt: skip


def test_the_title_is_said_once(slack: SlackServer, sender: Channel) -> None:
    sender.deliver(message("CR-02: alba_1", text="CR-02: alba_1\nWho: alba"), None, "obs-x-1")
    sender.deliver(message("CR-02: alba_1", text="CR-02: alba_1"), None, "obs-x-2")
    sender.deliver(message("CR-02: alba_1", text="Who: alba"), None, "obs-x-3")
    said = [parent["text"].replace("\u2060", "").splitlines()[1:] for parent in slack.messages.values()]
    assert said == [["Who: alba"], ["CR-02: alba_1"], ["Who: alba"]]


def test_a_proxy_is_not_asked_for_this_machine(slack: SlackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    made = channel("slack", token="env:TEST_SLACK", channel="C1", api_url=f"{slack.url}/api/")
    assert made.deliver(message(), None, "obs-x-1").external_ref


def test_a_thread_that_was_deleted_begins_anew(slack: SlackServer, sender: Channel) -> None:
    sent = sender.deliver(message(), {"channel": "C1", "ts": "1.0"}, "obs-x-1")
    assert sent.external_ref == {"channel": "C1", "ts": "1700000000.000000"}


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_call_nobody(slack: SlackServer, sender: Channel, hostile: str) -> None:
    sender.deliver(message(hostile, text=hostile), None, "obs-x-1")
    (said,) = slack.messages.values()
    shown = said["text"] + "".join(block["text"]["text"] for block in said["blocks"])
    assert "<" not in shown
    assert not re.search(r"@(here|channel|everyone)", shown)
    assert all(len(block["text"]["text"]) <= 3000 for block in said["blocks"])
    assert said["unfurl_links"] is False


def test_429_is_tried_again_when_slack_says(slack: SlackServer, sender: Channel) -> None:
    slack.script.append(Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "37"}))
    with pytest.raises(TryLater) as caught:
        sender.deliver(message(), None, "obs-x-1")
    assert caught.value.retry_after == 37


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"<html>oops</html>"),
        Answer(503, {"ok": False, "error": "service_unavailable"}),
        Answer(200, {"ok": False, "error": "internal_error"}),
        Answer(200, b"not json"),
        Answer(200, b"[1, 2]"),
        Answer(200, {"ok": True}),
        Answer(429, b""),
        Answer(200, {"ok": True, "ts": "1"}, delay=5),
    ],
    ids=lambda answer: f"{answer.status}-{answer.data[:24]!r}-{answer.delay}",
)
def test_troubles_of_slack_are_tried_again(slack: SlackServer, sender: Channel, answer: Answer) -> None:
    slack.script.append(answer)
    with pytest.raises(TryLater):
        sender.deliver(message(), None, "obs-x-1")


@pytest.mark.parametrize(
    "error", ["token_revoked", "invalid_auth", "channel_not_found", "is_archived", "missing_scope"]
)
def test_what_will_not_change_is_final(slack: SlackServer, sender: Channel, error: str) -> None:
    slack.script.append(Answer(200, {"ok": False, "error": error}))
    with pytest.raises(Refused, match=error) as caught:
        sender.deliver(message(), None, "obs-x-1")
    assert caught.value.permanent


def test_a_slack_that_is_not_there_is_tried_again(slack: SlackServer, sender: Channel) -> None:
    slack.close()
    with pytest.raises(TryLater):
        sender.deliver(message(), None, "obs-x-1")


def test_a_message_a_second(slack: SlackServer) -> None:
    sender = channel("slack", token="env:TEST_SLACK", channel="C1", api_url=f"{slack.url}/api/")
    began = time.monotonic()
    for number in range(3):
        sender.deliver(message(), None, f"obs-x-{number}")
    assert 2.0 <= time.monotonic() - began < 10
    gaps = [b.at - a.at for a, b in zip(slack.requests, slack.requests[1:], strict=False)]
    assert min(gaps) > 0.95


def test_sql_can_be_pasted_and_still_calls_nobody(slack: SlackServer, sender: Channel) -> None:
    sql = "select * from obs.diagnose(2) where a_b <> '<!channel> @here ```';"
    message = {"title": "CR-02", "text": f"CR-02\nWho: a_b *x*\nSQL: {sql}\nRunbook: docs/CR-02.md", "sql": sql}
    sender.deliver(message, None, "k")
    body = slack.requests[0].json["blocks"][1]["text"]["text"]
    shown = "select * from obs.diagnose(2) where a_b &lt;&gt; '&lt;!channel&gt; @here '''';"
    assert f"SQL: ```{shown}```" in body
    assert "a\u2060_\u2060b" in body.partition("SQL")[0]
    assert body.endswith("docs/CR-02.md")
