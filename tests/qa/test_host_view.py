"""The host's view is read when a sample is drawn, with no right of obs, and none of its texts stays."""

from __future__ import annotations

import subprocess

import pytest

from support.binaries import bindir
from support.db import Db
from support.pipeline import refused
from support.samples import SECRET, Host, checks, company, draw_row, drawn, finish, last_read, scored


def test_the_view_completes_what_the_events_say(db: Db, host: Host) -> None:
    host.register()
    host.put([company("h0"), company("h9")])
    scored(db, high=2)
    finish(db)
    assert sorted(drawn(db)) == ["h0", "h1", "h9"]
    assert draw_row(db).source == "both"
    found = checks(db, "h0")
    assert found["about"]["verdict"] == "pass"
    assert found["about"]["length"] == len(SECRET)
    assert checks(db, "h1")["about"]["verdict"] == "unknown"


def test_its_bucket_wins_over_that_of_the_events(db: Db, host: Host) -> None:
    host.register()
    host.put([company("h0", bucket="Low"), company("m0")])
    scored(db, high=2, medium=1)
    finish(db)
    assert sorted(drawn(db)) == ["h1", "m0"]


def test_it_is_enough_alone(db: Db, host: Host) -> None:
    host.register()
    host.put([company(f"c{n}") for n in range(14)])
    scored(db)
    finish(db)
    assert (draw_row(db).source, len(drawn(db))) == ("host", 10)


def test_a_run_that_only_the_view_scored_is_drawn_by_the_tick(db: Db, host: Host) -> None:
    host.register()
    host.put([company(f"c{n}") for n in range(14)])
    scored(db)
    db.execute("select obs._close_run('a', 'r1', 'success', now())")
    db.execute("update obs.enrichment_runs set finished_at = finished_at - interval '2 minutes'")
    assert db.call("tick")["drawn_runs"] == 1
    assert (draw_row(db).source, len(drawn(db))) == ("host", 10)


@pytest.mark.parametrize(("tenant", "count"), [("a", 1), ("b", 0)])
def test_a_view_of_another_tenant_has_nothing_drawn(db: Db, host: Host, tenant: str, count: int) -> None:
    db.call("create_tenant", tenant_id="a")
    db.call("create_tenant", tenant_id="b")
    host.register(tenant=tenant)
    host.put([company("c1")])
    scored(db)
    db.execute("select obs._close_run('a', 'r1', 'success', now())")
    db.execute("update obs.enrichment_runs set finished_at = finished_at - interval '2 minutes'")
    db.call("tick")
    assert db.one("select count(*) from obs.enrichment_runs where qa_tried_at is not null") == count
    assert db.one("select count(*) from obs.qa_draws") == count


def test_rows_of_other_runs_and_tenants_are_not_read(db: Db, host: Host) -> None:
    host.register()
    host.put([company("other")], run="r2")
    host.put([company("foreign")], tenant="b")
    scored(db, high=1)
    finish(db)
    assert (drawn(db), draw_row(db).source) == (["h0"], "events")


@pytest.mark.parametrize("kind", ["bigint", "uuid", "varchar(40)", "text"])
def test_run_ids_of_the_host_may_have_a_type_of_their_own(db: Db, host: Host, kind: str) -> None:
    run = {"bigint": "5001", "uuid": "0193a0f1-0000-7000-8000-000000000001"}.get(kind, "run-1")
    db.execute(f"alter table host.companies alter run_id type {kind} using run_id::{kind}")
    db.execute("alter table host.companies alter contacts type text[] using array['a@kuchen.de']")
    host.register()
    db.execute(
        """insert into host.companies (tenant_id, run_id, company_id, bucket, contacts)
        values ('a', %s, 'c1', 'High', %s)""",
        (run, ["a@kuchen.de"]),
    )
    scored(db, run)
    finish(db, run)
    assert drawn(db, run) == ["c1"]
    assert checks(db, "c1", run)["contacts"]["reason"].startswith("1 of 1 addresses")
    assert last_read(db) == (None, True)


def test_a_run_id_that_the_host_s_type_cannot_hold_is_no_trouble(db: Db, host: Host) -> None:
    db.execute("alter table host.companies alter run_id type bigint using run_id::bigint")
    host.register()
    scored(db, "night", high=2)
    finish(db, "night")
    assert len(drawn(db, "night")) == 2
    assert last_read(db) == ("22P02", True)


def test_no_text_of_the_host_is_kept_anywhere(db: Db, host: Host) -> None:
    host.register()
    host.put([company(f"h{n}") for n in range(12)])
    scored(db, high=12)
    db.execute("select obs.set_setting('qa_risk_sample', '2')")
    finish(db)
    assert len(drawn(db)) == 10
    dump = subprocess.run(
        [str(bindir() / "pg_dump"), "-d", db.dsn, "-n", "obs", "--data-only", "--inserts"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "h0" in dump
    for word in ("Zwetschgen", "jane", "kuchen", "bake"):
        assert word.lower() not in dump.lower()
    found = checks(db, drawn(db)[0])
    assert set(found) == {"domain", "about", "contacts", "rationale"}
    assert {key for check in found.values() for key in check} <= {"verdict", "reason", "by", "length", "hash"}
    assert found["about"]["hash"].startswith("h1:")


def test_pre_filling_passes_nothing(db: Db, host: Host) -> None:
    host.register()
    host.put([company(f"h{n}") for n in range(10)])
    scored(db, high=10)
    finish(db)
    assert db.rows("select distinct result, reviewer from obs.qa_samples") == [("needs_review", None)]


def test_a_tenant_s_own_view_counts_before_that_of_all(db: Db, host: Host) -> None:
    db.call("create_tenant", tenant_id="a")
    db.execute("create view host.own as select * from host.companies where false; grant select on host.own to obs_host")
    host.register()
    host.register("host.own", "a")
    host.put([company("host-only")])
    scored(db, high=1)
    finish(db)
    assert drawn(db) == ["h0"]
    db.execute("select obs.register_qa_source(null, 'a')")
    db.execute("select obs.register_qa_source(null)")
    assert db.rows("select from obs.qa_sources") == []


def test_ids_that_obs_would_not_store_are_left_out(db: Db, host: Host) -> None:
    host.register()
    host.put([company("jane.roe@kuchen.de"), company("x" * 129), company(""), company("good")])
    scored(db)
    finish(db)
    assert drawn(db) == ["good"]


@pytest.mark.parametrize(
    ("relation", "state", "words"),
    [
        ("host.narrow", "22023", "lacks the columns bucket, contacts"),
        ("host.hidden", "42501", "obs_host may not read"),
        ("pg_temp.companies", "22023", "temporary"),
        ("obs.run_event_logs", "22023", "lacks"),
    ],
)
def test_a_relation_that_cannot_serve_is_refused(db: Db, host: Host, relation: str, state: str, words: str) -> None:
    db.execute(
        """create view host.narrow as select tenant_id, run_id, company_id, domain, about_text, rationale, signals
        from host.companies;
        create view host.hidden as select * from host.companies;
        create temp table companies (like host.companies)"""
    )
    error = refused(host.register, relation)
    assert (error.sqlstate, words in str(error)) == (state, True), error


def test_only_administrators_register(db: Db, host: Host) -> None:
    for login in ("test_ops", "test_reader", "test_writer", "test_forwarder", "test_bi"):
        attempt = db.login(login).execute
        assert refused(attempt, "select obs.register_qa_source(null)").sqlstate == "42501"
    assert refused(host.register, "host.companies", "nobody").sqlstate == "OB001"
