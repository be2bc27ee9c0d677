"""Each built-in condition at its boundary, and what it needs to be judged at all."""

from __future__ import annotations

from typing import Any

import pytest

from support.alerts import Watch
from support.db import Db

CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("all well", {}, {}),
    ("one refresh failed", {"mv_refresh": (3, 1)}, {"MV-01:mv_refresh": "page"}),
    ("four of ten crawls, too few to tell", {"crawl": (10, 4)}, {}),
    ("exactly 30 %", {"crawl": (50, 15)}, {}),
    ("31 %", {"crawl": (100, 31)}, {"CR-02:crawl": "warning"}),
    ("exactly 50 %", {"crawl": (50, 25)}, {"CR-02:crawl": "warning"}),
    ("51 %", {"crawl": (100, 51)}, {"CR-02:crawl": "page"}),
    ("all of 19", {"crawl": (19, 19)}, {}),
    ("all of 20", {"crawl": (20, 20)}, {"CR-02:crawl": "page"}),
    ("0 of 0", {"crawl": (0, 0)}, {}),
    ("one rate limit", {"lusha": (10, 1)}, {"VQ-03:lusha": "warning"}),
    ("one call over quota", {"quota": ("zerobounce", 1)}, {"VQ-03:zerobounce": "warning"}),
    ("rate limit of openai", {"openai": (10, 2)}, {"OA-04:openai": "warning", "VQ-03:openai": "warning"}),
    ("49 candidates", {"post": 49}, {"CC-05:candidates": "ticket"}),
    ("50 candidates", {"post": 50}, {}),
    ("candidates unknown", {"post": None}, {}),
    ("one export failed", {"export_odoo": (5, 1)}, {"OE-06:export_odoo": "warning"}),
]


@pytest.mark.parametrize(("numbers", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_run_raises_exactly_what_it_should(watch: Watch, numbers: dict[str, Any], wanted: dict[str, str]) -> None:
    watch.run(**numbers)
    assert watch.active() == wanted
    watch.evaluate()
    assert watch.active() == wanted, "the tick judges as the finish did"


def test_too_few_crawls_and_missing_candidates_are_no_data(watch: Watch) -> None:
    run = watch.run(crawl=(10, 4), post=None)
    found = watch.db.rows("select alert_code, verdict from obs.alert_observations where run_id = %s", (run,))
    assert {("CR-02", "no_data"), ("CC-05", "no_data")} <= {tuple(row) for row in found}


def test_a_tenants_own_threshold_beats_everybodys(watch: Watch, db: Db) -> None:
    db.execute("select obs.create_tenant('b')")
    db.execute("select obs.set_threshold('CC-05', 'threshold', 10, 'a')")
    for tenant in ("a", "b"):
        watch.run(tenant=tenant, post=20)
    assert (watch.active("a"), watch.active("b")) == ({}, {"CC-05:candidates": "ticket"})


def test_an_export_that_says_it_is_not_ready(watch: Watch, db: Db) -> None:
    run = watch.run(finish=False)
    db.execute(
        """select obs.log_events(jsonb_build_object('logger', 'obs.stage', 'event', 'stage_finish',
            'stage', 'export_odoo', 'status', 'success', 'tenant_id', 'a', 'run_id', %s::text,
            'extra', '{"ready": false}'::jsonb))""",
        (run,),
    )
    assert watch.active() == {"OE-06:export_odoo": "warning"}


def test_cost_is_judged_only_where_a_cap_is_set(watch: Watch, db: Db) -> None:
    watch.run()
    watch.evaluate()
    assert watch.active() == {}
    db.execute("select obs.set_threshold('C-10', 'threshold', 0.01, 'a')")
    watch.evaluate()
    assert watch.active() == {"C-10:cost": "warning"}


def test_calls_without_a_price_and_events_that_did_not_arrive(watch: Watch, db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("log_event", run_id="r", stage="s", event="vendor_call", status="success", vendor="nobody")
    db.call("finish_stage", run_id="r", stage="s", expected_events=100)
    db.call("finish_run", run_id="r")
    assert watch.active() == {"UP-11:calls": "ticket", "RC-12:events": "warning"}


def test_exactly_two_percent_missing_is_enough_to_be_whole(watch: Watch, db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="r")
    db.call("set_metric", run_id="r", name="reconcile_gap", value="0.02")
    db.call("finish_run", run_id="r")
    assert watch.active() == {}
    db.call("set_metric", run_id="r", name="reconcile_gap", value="0.0201")
    assert watch.active() == {"RC-12:events": "warning"}


def test_a_vendor_counts_while_the_run_goes_on(watch: Watch, db: Db) -> None:
    watch.run(finish=False, lusha=(10, 1))
    assert watch.active() == {"VQ-03:lusha": "warning"}


def test_an_overdue_tick_is_an_alert_of_obs_itself(watch: Watch, db: Db) -> None:
    db.execute("update obs.jobs set last_success_at = now() - interval '1 hour' where job = 'tick'")
    watch.evaluate()
    assert watch.active("") == {"WD-09:job tick": "page"}
    db.execute("select obs.tick()")
    watch.evaluate()
    assert watch.active("") == {}
