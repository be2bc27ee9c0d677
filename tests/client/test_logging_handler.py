"""The stdlib's logging as a way in, and as a way to lines of the log format."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from obs_client import Client, JsonFormatter, ObsHandler, Run


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Iterator[Client]:
    """A client that listens to the logger obs."""
    made = make_client()
    logger = logging.getLogger("obs")
    handler = ObsHandler(made)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield made
    logger.removeHandler(handler)


@pytest.mark.parametrize("name", ["obs.run", "obs.stage", "obs.vendor", "obs.qa"])
def test_a_record_becomes_an_event_of_its_logger(
    client: Client, lines: Callable[[], list[dict[str, Any]]], name: str
) -> None:
    fields = {
        "tenant_id": "a",
        "run_id": "r1",
        "stage": "tavily",
        "vendor": "tavily",
        "cost_usd": 0.008,
        "cached": True,
    }
    logging.getLogger(name).warning("vendor_call", extra={**fields, "status": "success", "company_id": 7})
    client.flush()
    (line,) = lines()
    assert (line["logger"], line["level"], line["event"], line["status"]) == (name, "WARNING", "vendor_call", "success")
    assert (line["tenant_id"], line["run_id"], line["stage"], line["company_id"]) == ("a", "r1", "tavily", "7")
    assert (line["cost_usd"], line["extra"]) == (0.008, {"cached": True})


def test_a_record_inherits_the_place_it_is_logged_in(
    client: Client, new_run: Callable[..., Run], lines: Callable[[], list[dict[str, Any]]]
) -> None:
    with new_run(client) as run:
        logging.getLogger("obs.qa").info("before %s", 1)
        with run.stage("score"):
            logging.getLogger("obs.qa").info("checked", extra={"extra": {"checks": 4}})
        logging.getLogger("obs.qa").info("after")
    client.flush()
    found = [line for line in lines() if line["logger"] == "obs.qa"]
    assert [(line["event"], line["stage"]) for line in found] == [
        ("before 1", None),
        ("checked", "score"),
        ("after", None),
    ]
    assert {line["run_id"] for line in found} == {run.run_id}
    assert found[1]["extra"] == {"checks": 4}


def test_an_exception_gives_code_and_message(client: Client, lines: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        raise TimeoutError("too slow")
    except TimeoutError:
        logging.getLogger("obs.stage").exception("error", extra={"tenant_id": "a", "run_id": "r1"})
    client.flush()
    assert (lines()[0]["error_code"], lines()[0]["error_msg"]) == ("TIMEOUT_ERROR", "too slow")


def test_the_clients_own_notices_are_not_events(client: Client, lines: Callable[[], list[dict[str, Any]]]) -> None:
    handler = ObsHandler(client)
    logging.getLogger().addHandler(handler)
    try:
        client.warn("the queue is full: 3")
    finally:
        logging.getLogger().removeHandler(handler)
    client.flush()
    assert lines() == []


def test_a_notice_of_one_kind_comes_once_a_minute(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(5):
        client.warn(f"the queue is full: {number}")
        client.warn(f"the disk is full: {number}")
    assert [record.getMessage() for record in caplog.records] == [
        "obs: the queue is full: 0",
        "obs: the disk is full: 0",
    ]


def test_the_formatter_writes_masked_lines_of_the_log_format() -> None:
    record = logging.makeLogRecord(
        {"name": "obs.stage", "msg": "error", "levelname": "ERROR", "error_msg": "jane@acme.example bounced", "n": 1}
    )
    line = json.loads(JsonFormatter().format(record))
    assert list(line)[:4] == ["ts", "level", "logger", "tenant_id"]
    assert (line["event"], line["extra"]) == ("error", {"n": 1})
    assert "jane@" not in line["error_msg"]
