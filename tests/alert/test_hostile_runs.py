"""What one tenant's pipeline logs breaks no rule for the others and does not fill their channels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from support.db import Db
from support.pipeline import line, log_batch, log_lines, metrics, refused, start


@pytest.mark.parametrize("value", [Decimal("1e18"), Decimal("-1e100000"), Decimal("NaN"), Decimal("Infinity")])
def test_a_number_that_no_condition_could_reckon_with_is_no_metric(
    db: Db, tenants: tuple[str, str], value: Decimal
) -> None:
    writer = db.login("test_writer_a")
    start(writer)
    assert refused(writer.call, "set_metric", run_id="r1", name="reconcile_gap", value=value).sqlstate == "22023"
    writer.call("set_metric", run_id="r1", name="reconcile_gap", value=Decimal("999999999999999999"))
    writer.call("finish_run", run_id="r1")
    assert db.call("tick")["alerts"]["failed_rules"] == 0


def test_nor_one_that_comes_as_an_event_or_with_the_start(db: Db, tenants: tuple[str, str]) -> None:
    writer = db.login("test_writer_a")
    writer.execute(
        "select obs.start_run(p_tenant_id => 'a', p_run_id => 'r1', p_meta => ('{\"reconcile_gap\": 1e131000}')::jsonb)"
    )
    assert log_lines(writer, [line("r1", "metric", stage=None, extra={"name": "other", "value": "9e99"})]) == (1, 0, 0)
    assert metrics(db, "r1") == {}
    writer.call("finish_run", run_id="r1")
    assert db.call("tick")["alerts"]["failed_rules"] == 0


def test_a_run_that_names_very_many_vendors_raises_a_hundred_alerts(db: Db, tenants: tuple[str, str]) -> None:
    writer = db.login("test_writer_a")
    start(writer)
    calls = [
        line("r1", "vendor_call", vendor=f"v{number}", status="error", error_code="HTTP_429",
             ts="2026-11-25T03:00:00Z", level="ERROR", event_id=f"00000000-0000-0000-0000-{number:012}")
        for number in range(150)
    ]  # fmt: skip
    assert log_batch(writer, [*calls, {**calls[0], "event_id": "00000000-0000-0000-0000-000000009999"}])[0] == 151
    writer.call("finish_run", run_id="r1")
    db.call("tick")
    fired = db.rows("select subject, value from obs.alerts where alert_code = 'VQ-03' order by value desc, subject")
    assert (len(fired), fired[0].subject, fired[0].value) == (100, "v0", 2)


@pytest.mark.parametrize(
    "attempt", ["select (obs.finish_run('r1')).status", "select obs.set_metric('r1', 'm', 1)::text"]
)
def test_a_run_discarded_and_started_again_meanwhile_is_the_one_that_counts(
    db: Db, tenants: tuple[str, str], attempt: str
) -> None:
    start(db)
    watcher, writer = db.login(), db.login("test_writer_a")
    db.execute("begin")
    db.call("discard_run", run_id="r1")
    start(db)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(writer.one, attempt)
        watcher.wait_until_blocked(writer)
        db.execute("commit")
        assert answer.result(10) in ("success", "")
