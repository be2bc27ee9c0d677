"""Runs, stages, items and vendor calls: what each leaves in the log."""

from __future__ import annotations

import asyncio
import pickle
import re
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

import obs_client as obs
from obs_client import Client, Run, errors
from support.install import ROOT


@pytest.fixture
def logged(
    make_client: Callable[..., Client], new_run: Callable[..., Run], lines: Callable[[], list[dict[str, Any]]]
) -> Callable[..., list[dict[str, Any]]]:
    """Does something with a run's stage, and returns the events that came of it, start and finish left out."""

    def log(act: Callable[[Any], None]) -> list[dict[str, Any]]:
        client = make_client()
        with new_run(client) as run, run.stage("crawl") as stage:
            act(stage)
        client.flush()
        return [
            line for line in lines() if line["event"] not in ("run_start", "run_finish", "stage_start", "stage_finish")
        ]

    return log


def test_a_run_starts_and_finishes_itself_and_its_stages(
    make_client: Callable[..., Client], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = make_client()
    url = "https://smith.langchain.com/r/1"
    with Run(client, 101, "adhoc", 5011, url, "t1", {"git": "abc"}, {"candidates_pre": 570}) as run:
        run.metric("candidates_post", 190, reason="cap")
        with run.stage("crawl", planned=2) as stage:
            stage.log("finish", "success")
            stage.log("note")
        with run.stage("empty"):
            pass
    client.flush()
    found = lines()
    events = [(line["logger"], line["event"], line["status"], line["stage"]) for line in found]
    assert events == [
        ("obs.run", "run_start", "running", None),
        ("obs.run", "metric", "success", None),
        ("obs.stage", "stage_start", "running", "crawl"),
        ("obs.stage", "finish", "success", "crawl"),
        ("obs.stage", "note", None, "crawl"),
        ("obs.stage", "stage_finish", None, "crawl"),
        ("obs.stage", "stage_start", "running", "empty"),
        ("obs.stage", "stage_finish", None, "empty"),
        ("obs.run", "run_finish", None, None),
    ]
    assert {(line["tenant_id"], line["run_id"]) for line in found} == {("101", "5011")}
    assert found[0]["extra"] == {
        "kind": "adhoc",
        "langsmith_trace_url": url,
        "meta": {"git": "abc"},
        "candidates_pre": 570,
    }
    assert found[0]["trace_id"] == found[-1]["trace_id"] == "t1"
    assert found[1]["extra"] == {"name": "candidates_post", "value": 190, "reason": "cap"}
    assert found[2]["extra"] == {"planned": 2}
    assert found[5]["extra"] == {"expected_events": 2}
    assert "extra" not in found[7]


def test_a_run_id_is_made_in_the_order_of_time(make_client: Callable[..., Client], new_run: Callable[..., Run]) -> None:
    client = make_client()
    first = new_run(client).run_id
    time.sleep(0.002)
    second = new_run(client).run_id
    assert first < second
    assert first[14] == "7"


def test_an_item_is_a_success_with_its_duration(logged: Callable[..., list[dict[str, Any]]]) -> None:
    def act(stage: Any) -> None:
        with stage.item("c1", bucket="High") as item:
            item.extra["n"] = 1
            item.set(status="odd", event="odd")
            time.sleep(0.02)

    (event,) = logged(act)
    assert (event["event"], event["status"], event["company_id"]) == ("finish", "success", "c1")
    assert 15 <= event["duration_ms"] < 5_000
    assert event["extra"] == {"bucket": "High", "n": 1, "status": "odd", "event": "odd"}


class SiteIsDownError(Exception):
    pass


class HTTPStatusError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__("no")
        self.response = type("Response", (), {"status_code": status})()


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (SiteIsDownError("down"), "SITE_IS_DOWN_ERROR"),
        (TimeoutError("down"), "TIMEOUT_ERROR"),
        (HTTPStatusError(429), "HTTP_429"),
        (KeyboardInterrupt("down"), "KEYBOARD_INTERRUPT"),
    ],
)
def test_an_exception_in_an_item_is_an_error_and_goes_on(
    logged: Callable[..., list[dict[str, Any]]], failure: BaseException, code: str
) -> None:
    def act(stage: Any) -> None:
        with pytest.raises(type(failure)), stage.item("c1"):
            raise failure

    (event,) = logged(act)
    assert (event["event"], event["status"], event["level"]) == ("error", "error", "ERROR")
    assert (event["error_code"], event["error_msg"]) == (code, str(failure))


def test_an_error_can_be_said_without_an_exception(logged: Callable[..., list[dict[str, Any]]]) -> None:
    def act(stage: Any) -> None:
        with stage.item("c1") as item:
            item.retry("HTTP_503", attempt=1)
            item.error("ROBOTS", "disallowed")

    retry, error = logged(act)
    assert (retry["event"], retry["status"], retry["level"], retry["extra"]) == (
        "retry",
        "retry",
        "WARNING",
        {"attempt": 1},
    )
    assert (error["event"], error["error_code"], error["error_msg"]) == ("error", "ROBOTS", "disallowed")


def test_a_vendor_call_carries_cost_and_tokens(logged: Callable[..., list[dict[str, Any]]]) -> None:
    def act(stage: Any) -> None:
        with stage.vendor_call("openai", company_id="c1", model="gpt-4o-mini") as call:
            call.tokens(120, 7, cached=64, reasoning=3)
            call.cost_usd = 5.8e-05
        with pytest.raises(HTTPStatusError), stage.item("c2") as item, item.vendor_call("lusha"):
            raise HTTPStatusError(402)

    paid, refused, item = logged(act)
    assert (paid["logger"], paid["event"], paid["status"]) == ("obs.vendor", "vendor_call", "success")
    assert (paid["vendor"], paid["model"], paid["cost_usd"]) == ("openai", "gpt-4o-mini", 5.8e-05)
    assert (paid["tokens_input"], paid["tokens_output"]) == (120, 7)
    assert paid["extra"] == {"tokens_cached": 64, "tokens_reasoning": 3}
    assert (refused["company_id"], refused["status"], refused["error_code"]) == ("c2", "error", "HTTP_402")
    assert item["event"] == "error"


def test_containers_may_change_after_the_call(logged: Callable[..., list[dict[str, Any]]]) -> None:
    def act(stage: Any) -> None:
        found = ["a"]
        stage.log("note", pages=found)
        found.append("b")

    (event,) = logged(act)
    assert event["extra"] == {"pages": ["a"]}


@pytest.mark.parametrize(
    ("failure", "status"),
    [(ValueError("no"), "error"), (KeyboardInterrupt(), "cancelled"), (SystemExit(0), None), (SystemExit(3), "error")],
)
def test_an_exception_decides_the_status_of_stage_and_run(
    make_client: Callable[..., Client],
    new_run: Callable[..., Run],
    lines: Callable[[], list[dict[str, Any]]],
    failure: BaseException,
    status: str | None,
) -> None:
    client = make_client()
    with pytest.raises(type(failure)), new_run(client) as run, run.stage("score"):
        raise failure
    client.flush()
    assert [line["status"] for line in lines()[-2:]] == [status, status]


def test_a_status_that_was_set_stays(
    make_client: Callable[..., Client], new_run: Callable[..., Run], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = make_client()
    with new_run(client) as run, run.stage("score") as stage:
        stage.status, run.status, stage.expected_events = "partial", "cancelled", 7
        stage.log("note")
    client.flush()
    finish, run_finish = lines()[-2:]
    assert (finish["status"], finish["extra"], run_finish["status"]) == ("partial", {"expected_events": 7}, "cancelled")


def test_an_attached_run_neither_starts_nor_finishes_anything(
    make_client: Callable[..., Client], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = make_client()
    with obs.AttachedRun(client, "a", "r1") as run, run.stage("crawl") as stage, stage.item("c1"):
        pass
    client.flush()
    assert [line["event"] for line in lines()] == ["finish"]


def test_handles_travel_by_pickle(monkeypatch: pytest.MonkeyPatch, make_client: Callable[..., Client]) -> None:
    client = make_client()
    monkeypatch.setattr(obs, "_client", client)
    run = obs.run("a", run_id="r1")
    for sent in (run, run.stage("crawl")):
        arrived = pickle.loads(pickle.dumps(sent))
        assert (arrived.tenant_id, arrived.run_id) == ("a", "r1")
        assert not isinstance(arrived, Run)


def test_asyncio_tasks_share_a_run(
    make_client: Callable[..., Client], new_run: Callable[..., Run], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    client = make_client()

    async def one(stage: Any, number: int) -> None:
        with stage.item(number):
            await asyncio.sleep(0.001)

    async def main() -> None:
        async with new_run(client) as run:
            with run.stage("crawl") as stage:
                await asyncio.gather(*(one(stage, number) for number in range(20)))

    asyncio.run(main())
    client.flush()
    assert sum(line["event"] == "finish" for line in lines()) == 20
    assert lines()[-1]["event"] == "run_finish"


def test_the_default_client_takes_its_tenant_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, make_client: Callable[..., Client]
) -> None:
    monkeypatch.setattr(obs, "_client", make_client())
    monkeypatch.setenv("OBS_TENANT_ID", "acme")
    assert obs.run().tenant_id == "acme"
    assert obs.run(7).tenant_id == 7
    assert obs.attach(None, "r").tenant_id == "acme"


def test_an_exceptions_message_leaves_out_what_a_database_quotes(bare_db: Any) -> None:
    bare_db.execute("create table t (email text, constraint t_email_is_new unique (email))")
    bare_db.execute("insert into t values ('jane@acme.example')")
    with pytest.raises(psycopg.Error) as caught:
        bare_db.execute("insert into t values ('jane@acme.example')")
    wrapped = RuntimeError("[parameters: jane@acme.example]")
    wrapped.orig = caught.value  # type: ignore[attr-defined]
    for error in (caught.value, wrapped):
        assert "jane" not in errors.message(error)
        assert "t_email_is_new" in errors.message(error)


def test_errors_of_class_ob_have_their_own_classes() -> None:
    listed = re.findall(r"(?m)^\| `(OB\d+)`", (ROOT / "docs" / "errors.md").read_text())
    assert sorted(errors.BY_SQLSTATE) == sorted(listed)
    assert len(listed) > 10

    class UnknownRun(psycopg.DatabaseError):
        sqlstate = "OB002"

    with pytest.raises(errors.UnknownRunError, match="no such run"), errors.translated():
        raise UnknownRun("no such run")
    with pytest.raises(psycopg.OperationalError), errors.translated():
        raise psycopg.OperationalError("away")
