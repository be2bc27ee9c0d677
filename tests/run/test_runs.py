"""A run starts once, ends once, and says how it went."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone

from support.db import Db
from support.pipeline import item, line, log_lines, refused, run_row, stage_row, start


def test_a_run_without_an_id_gets_one_that_sorts_by_time(db: Db) -> None:
    made = [db.call("start_run", tenant_id="a") for _ in range(3)]
    ids = [uuid.UUID(run_id) for run_id in made]
    assert [one.version for one in ids] == [7, 7, 7]
    stamps = [one.int >> 80 for one in ids]
    assert stamps == sorted(stamps)
    assert abs(stamps[0] / 1000 - datetime.now(timezone.utc).timestamp()) < 60
    assert [run_row(db, run_id).kind for run_id in made] == ["nightly"] * 3


def test_starting_a_run_again_changes_nothing_but_an_unknown_trace_url(db: Db) -> None:
    start(db, started_at="2026-11-01T00:00:00Z", kind="adhoc", meta={"shard": 3})
    first = run_row(db, "r1")
    assert start(db, kind="nightly", started_at="2026-11-02T00:00:00Z", meta={"shard": 9}) == "r1"
    assert run_row(db, "r1") == first
    start(db, trace_url="https://smith.example/o/1/r/2")
    assert run_row(db, "r1").langsmith_trace_url == "https://smith.example/o/1/r/2"
    db.call("finish_run", run_id="r1")
    start(db)
    assert run_row(db, "r1").status == "success"


def test_a_start_without_extras_takes_whatever_stands_for_nothing(db: Db) -> None:
    for number, meta in enumerate(["{}", "null", "[]", "[1]", '"x"', "5"]):
        db.execute("select obs.start_run('a', p_run_id => %s, p_meta => %s::jsonb)", (f"r{number}", meta))
    db.execute("select obs.start_run('a', p_run_id => 'none', p_meta => null)")
    assert db.one("select count(*) from obs.enrichment_runs where jsonb_typeof(meta) = 'object'") == 7
    assert db.one("select meta from obs.enrichment_runs where run_id = 'none'") == {}


def test_a_start_at_an_absurd_moment_starts_now(db: Db) -> None:
    for number, moment in enumerate(["1970-01-01", "2999-01-01", "infinity", "-infinity"]):
        start(db, f"r{number}", started_at=moment)
    assert db.one("select count(*) from obs.enrichment_runs where started_at > now() - interval '1 minute'") == 4


def test_an_unknown_tenant_is_made_and_flagged_as_new(db: Db) -> None:
    start(db, tenant_id="fresh")
    assert db.row("select is_new, created_by from obs.tenants where tenant_id = 'fresh'") == (True, "postgres")
    assert db.one("select count(*) from obs.tenant_peppers where tenant_id = 'fresh'") == 1
    db.call("create_tenant", tenant_id="fresh", display_name="Fresh Ltd", time_zone="Europe/Paris")
    db.call("create_tenant", tenant_id="fresh", display_name="Fresh SA")
    found = db.row("select is_new, display_name, time_zone from obs.tenants where tenant_id = 'fresh'")
    assert found == (False, "Fresh SA", "Europe/Paris")


def test_a_runs_status_is_derived_from_its_stages_unless_given(db: Db) -> None:
    for run, stages, given, expected in [
        ("no stages", [], None, "success"),
        ("all good", ["success", "success"], None, "success"),
        ("one bad", ["success", "error"], None, "partial"),
        ("all bad", ["error", "error"], None, "error"),
        ("one crashed", ["success", "crashed"], None, "partial"),
        ("said so", ["error"], "cancelled", "cancelled"),
    ]:
        start(db, run)
        for number, status in enumerate(stages):
            db.call("finish_stage", run_id=run, stage=f"s{number}", status=status)
        row = db.call("finish_run", run_id=run, status=given)
        assert (row.status, row.ended_at is not None, row.revision) == (expected, True, 1), run


def test_ending_a_run_ends_its_open_stages(db: Db) -> None:
    for run, status, expected in [("r1", None, ["error", "success"]), ("r2", "cancelled", ["cancelled", "cancelled"])]:
        start(db, run, started_at="2026-11-01T00:00:00Z")
        item(db, run, "crawl", ok=False, ts="2026-11-01T00:10:00Z")
        db.call("start_stage", run_id=run, stage="score")
        db.call("finish_run", run_id=run, status=status, ended_at="2026-11-01T01:30:00Z")
        assert [stage_row(db, run, stage).status for stage in ("crawl", "score")] == expected
        assert run_row(db, run).duration_ms == 90 * 60 * 1000
        assert stage_row(db, run, "crawl").ended_at == run_row(db, run).ended_at


def test_a_run_never_ends_before_it_started(db: Db) -> None:
    start(db, started_at="2026-11-02T00:00:00Z")
    db.call("finish_run", run_id="r1", ended_at="2026-11-01T00:00:00Z")
    assert run_row(db, "r1").duration_ms == 0


def test_a_whole_run_in_one_batch_ends_as_it_would_live(db: Db) -> None:
    def lines(run_id: str) -> list[dict]:
        at = "2026-11-01T00:00:{:02}Z".format
        return [
            line(run_id, "run_start", stage=None, ts=at(0), extra={"candidates_pre": 3}),
            line(run_id, "stage_start", ts=at(1), extra={"planned": 2}),
            line(run_id, duration_ms=10, ts=at(2)),
            line(run_id, "error", duration_ms=30, ts=at(3)),
            line(run_id, "stage_finish", ts=at(4), extra={"expected_events": 2}),
            line(run_id, "error", stage="score", ts=at(5)),
            line(run_id, "run_finish", stage=None, ts=at(6)),
        ]

    assert log_lines(db, lines("batch")) == (7, 0, 0)
    for one in lines("live"):
        assert log_lines(db, [one]) == (1, 0, 0)
    ignored = {"run_id", "finished_at", "updated_at", "created_at", "last_event_at"}
    shown = []
    for run in ("batch", "live"):
        rows = [run_row(db, run), stage_row(db, run, "crawl"), stage_row(db, run, "score")]
        shown.append([{k: v for k, v in row._asdict().items() if k not in ignored} for row in rows])
    assert shown[0] == shown[1]
    assert (shown[0][0]["status"], shown[0][1]["status"], shown[0][1]["complete"]) == ("partial", "success", True)


def test_bad_ends_and_unknown_runs_are_refused(db: Db) -> None:
    start(db)
    for function, arguments, state in [
        ("finish_run", {"run_id": "r1", "status": "done"}, "22023"),
        ("finish_run", {"run_id": "r1", "status": "running"}, "22023"),
        ("finish_run", {"run_id": "r2"}, "OB002"),
        ("finish_run", {"run_id": "r1", "tenant_id": "b"}, "OB002"),
        ("heartbeat", {"run_id": "r2"}, "OB002"),
        ("start_stage", {"run_id": "r2", "stage": "s"}, "OB002"),
        ("start_stage", {"run_id": "r1", "stage": "x" * 129}, "22023"),
        ("recompute", {"run_id": "r2"}, "OB002"),
        ("discard_run", {"run_id": "r2"}, "OB002"),
    ]:
        assert refused(db.call, function, **arguments).sqlstate == state, (function, arguments)
    assert run_row(db, "r1").status == "running"


def test_an_ambiguous_run_id_asks_for_the_tenant(db: Db) -> None:
    start(db, tenant_id="a")
    start(db, tenant_id="b")
    for function, more in [
        ("start_stage", {"stage": "s"}), ("finish_stage", {"stage": "s"}), ("finish_run", {}), ("heartbeat", {}),
        ("set_metric", {"name": "n", "value": 1}), ("recompute", {}), ("discard_run", {}),
        ("log_event", {"stage": "s", "event": "finish"}),
    ]:  # fmt: skip
        problem = refused(db.calls, function, run_id="r1", **more)
        assert (problem.sqlstate, problem.diag.message_hint) == ("OB004", "Say which one: p_tenant_id => ..."), function
        db.calls(function, run_id="r1", tenant_id="b", **more)
        if function == "discard_run":
            start(db, tenant_id="b")


def test_an_unknown_run_is_answered_with_the_way_to_find_it(db: Db, tenants: tuple[str, str]) -> None:
    """Who may read runs looks for the right one; who may only write may have to start it."""
    for login, function, more, said in (
        ("test_admin", "hold_run", {"reason": "why"}, "order by started_at desc limit 20;"),
        ("test_admin", "release_run", {}, "order by started_at desc limit 20;"),
        ("test_reviewer_a", "qa_review", {"company_id": "c", "result": "pass"}, "order by started_at desc limit 20;"),
        ("test_writer_a", "finish_run", {}, "Otherwise start it: select obs.start_run("),
    ):
        problem = refused(db.login(login).call, function, run_id="mistyped", **more)
        assert problem.sqlstate == "OB002"
        assert problem.diag.message_hint.startswith("Is it misspelt? ")
        assert said in problem.diag.message_hint
