"""Advice in the client: it comes at once, is kept for a moment, and a database in trouble is never felt."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

import obs_client as obs
from obs_client import Client, Run, adviser
from support.db import Db

HIT = """select obs.log_event(p_run_id => %s, p_stage => 'score', p_event => 'vendor_call', p_status => 'error',
    p_logger => 'obs.vendor', p_vendor => 'openai', p_error_code => 'HTTP_429')"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adviser, "FRESH", 0.05)


@pytest.fixture
def run(db: Db, make_client: Callable[..., Client], new_run: Callable[..., Run]) -> Run:
    client = make_client(dsn=db.dsn_for("test_writer"))
    made = new_run(client)
    db.call("start_run", tenant_id="a", run_id=made.run_id)
    return made


def eventually(ask: Callable[[], Any], wanted: Any) -> None:
    deadline = time.monotonic() + 5
    while ask() != wanted:
        assert time.monotonic() < deadline, ask()
        time.sleep(0.02)


def test_the_first_question_is_answered_by_the_database(db: Db, run: Run) -> None:
    db.execute(HIT, (run.run_id,))
    advice = run.advice("openai")
    assert (advice.batch_factor, advice.skip, advice.reason) == (0.5, False, f"rate limit hit in run {run.run_id}")
    assert advice.until is not None
    assert advice.until.tzinfo is not None
    assert run.advice("tavily") == obs.Advice(1.0, False, "no limit in sight", None)


def test_an_answer_is_kept_for_a_moment_and_then_renewed_behind_the_callers_back(
    db: Db, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adviser, "FRESH", 0.3)
    assert run.advice("openai").batch_factor == 1
    db.execute(HIT, (run.run_id,))
    assert run.advice("openai").batch_factor == 1
    eventually(lambda: run.advice("openai").batch_factor, 0.5)


def test_asking_costs_the_pipeline_next_to_nothing(run: Run) -> None:
    run.advice("openai")
    began = time.thread_time()
    for _ in range(10_000):
        run.advice("openai")
    assert time.thread_time() - began < 1.0


def test_without_a_database_all_is_well(make_client: Callable[..., Client], new_run: Callable[..., Run]) -> None:
    assert new_run(make_client()).advice("openai") == obs.Advice()


def test_a_database_that_is_away_is_asked_once_and_never_felt(
    make_client: Callable[..., Client], new_run: Callable[..., Run], caplog: pytest.LogCaptureFixture
) -> None:
    run = new_run(make_client(dsn="host=127.0.0.1 port=1 dbname=x"))
    assert run.advice("openai") == obs.Advice()
    began = time.perf_counter()
    for _ in range(100):
        assert run.advice("openai") == obs.Advice()
    assert time.perf_counter() - began < 2.0  # a hundred tries to connect would take longer
    assert len([line for line in caplog.messages if "no advice from the database" in line]) == 1


def test_a_database_that_does_not_answer_costs_half_a_second(
    make_client: Callable[..., Client], new_run: Callable[..., Run]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        run = new_run(make_client(dsn=f"host=127.0.0.1 port={deaf.getsockname()[1]} dbname=x"))
        began = time.perf_counter()
        assert run.advice("openai") == obs.Advice()
        assert 0.4 < time.perf_counter() - began < 5


def test_a_refusal_is_no_error_of_the_pipelines(db: Db, tenants: Any, make_client: Any, new_run: Any) -> None:
    run = new_run(make_client(dsn=db.dsn_for("test_writer_b")))
    assert run.advice("openai") == obs.Advice()


def test_the_last_answer_stands_while_the_database_is_away(db: Db, run: Run, quick: None) -> None:
    db.execute(HIT, (run.run_id,))
    assert run.advice("openai").batch_factor == 0.5
    db.execute("revoke execute on function obs.advice from obs_writer")
    time.sleep(0.1)
    for _ in range(5):
        assert run.advice("openai").batch_factor == 0.5
        time.sleep(0.05)


def test_a_closed_client_can_be_asked_again(db: Db, run: Run, quick: None) -> None:
    run.advice("openai")
    run._client.close()
    db.execute(HIT, (run.run_id,))
    eventually(lambda: run.advice("openai").batch_factor, 0.5)


def test_the_module_asks_for_the_tenants_open_run(db: Db, spool_dir: Any) -> None:
    obs.configure(db.dsn_for("test_writer"), spool_dir=spool_dir, tenant_id="a")
    try:
        db.call("start_run", tenant_id="a", run_id="r")
        db.execute(HIT, ("r",))
        assert obs.advice("a", "openai").batch_factor == 0.5
        assert obs.advice(None, "openai").batch_factor == 0.5
    finally:
        obs.close()
