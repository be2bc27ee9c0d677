"""A wrong run is taken back with everything that hangs on it, and somebody answers for it."""

from __future__ import annotations

from support.db import Db
from support.pipeline import event_id, item, line, log_lines, stage_row, start, vendor_call


def test_a_discarded_run_leaves_nothing_but_a_line_in_the_audit_log(db: Db) -> None:
    for run in ("wrong", "right"):
        start(db, run, meta={"candidates_pre": 5})
        item(
            db, run, "crawl", ok=False, duration_ms=5, error_code="DNS", extra={"bucket": "High"}, event_id=event_id(1)
        )
        vendor_call(db, run, "openai", model="gpt-4o", tokens_input=5)
        db.call("finish_run", run_id=run)
        item(db, run, "crawl")
    admin = db.login("test_admin")
    assert admin.call("discard_run", run_id="wrong", reason="imported twice") == 3
    tables = [
        name
        for (name,) in db.rows(
            """select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'run_id'
              and not c.relispartition"""
        )
    ]
    assert len(tables) >= 9
    left = {name: db.one(f"select count(*) from {name} where run_id = 'wrong'") for name in tables}
    history = {"obs.alert_observations", "obs.alert_transitions", "obs.alert_states", "obs.alerts"}
    assert {name for name, count in left.items() if count} <= history, "what was seen and told stays told"
    assert db.one("select count(*) from obs.run_event_logs where run_id = 'right'") == 3
    actor, tenant, detail = db.row("select actor, tenant_id, detail from obs.audit_log where action = 'discard_run'")
    assert (actor, tenant, detail["run_id"], detail["events"], detail["reason"]) == (
        "test_admin",
        "a",
        "wrong",
        3,
        "imported twice",
    )


def test_a_discarded_run_can_be_imported_again(db: Db) -> None:
    lines = [line("r1", "run_start", stage=None, event_id=str(event_id(1))), line("r1", event_id=str(event_id(2)))]
    assert log_lines(db, lines) == (2, 0, 0)
    db.call("discard_run", run_id="r1")
    assert log_lines(db, lines) == (2, 0, 0)
    db.call("tick")
    assert stage_row(db, "r1", "crawl").count_total == 1


def test_an_administrator_discards_runs_also_where_writers_are_strict(db: Db) -> None:
    start(db)
    db.execute("select obs.set_setting('strict_writers', 'true')")
    assert db.login("test_admin").call("discard_run", run_id="r1") == 0
