"""The host's view is read when a sample is drawn, with no right of obs, and none of its texts stays."""

from __future__ import annotations

import subprocess
import time

import pytest

from support.binaries import bindir
from support.db import Db
from support.pipeline import refused, run_row
from support.samples import Host, checks, draw_row, drawn, finish, scored

SECRET = "Zwetschgenkuchen is what only this text says, and jane.roe@kuchen.example wrote it"


def company(name: str = "h0", **more: object) -> dict[str, object]:
    return {
        "company_id": name,
        "bucket": "High",
        "domain": f"{name}.kuchen.de",
        "about_text": SECRET,
        "contacts": [{"email": "jane.roe@kuchen.de", "status": "valid"}],
        "rationale": f"They bake {SECRET} for {name}",
        "signals": ["Zwetschgenkuchen"],
        **more,
    }


def last_read(db: Db) -> tuple[str | None, bool]:
    row = db.row("select last_error, last_read_at is not null from obs.qa_sources")
    return row[0], row[1]


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


# What a view may do in one of its columns, and the SQLSTATE by which its reading must then end.
HOSTILE = {
    "raises": ("raise exception 'no';", "P0001"),
    "asserts": ("assert false;", "P0004"),
    "pretends to be cancelled": ("raise sqlstate '57014';", "57014"),
    "divides by nothing": ("return (1 / (length(current_user) - length(current_user)))::text;", "22012"),
    "reads the peppers": ("return (select count(*) from obs.tenant_peppers)::text;", "42501"),
    "reads the events": ("return (select count(*) from obs.run_event_logs)::text;", "42501"),
    "calls a function of obs": ("perform obs.create_tenant('evil'); return 'x';", "42501"),
    "takes a role": ("set role obs_owner; return 'x';", "42501"),
    "goes back to the login": ("reset role; return 'x';", "42501"),
    "pretends that obs has read it": ("raise sqlstate 'QAEND';", None),
    "overflows": ("return repeat('x', 1073741824);", "54000"),
    "recurses": ("return host.f(p_x);", "54001"),
    "writes a table of obs": ("insert into obs.tenants (tenant_id) values ('evil'); return 'x';", "42501"),
    "drops the view": ("drop view host.seen; return 'x';", "42501"),
}


@pytest.mark.parametrize("deed", HOSTILE)
def test_a_hostile_view_neither_breaks_a_finish_nor_gains_a_right(db: Db, host: Host, deed: str) -> None:
    body, state = HOSTILE[deed]
    db.execute(f"create function host.f(p_x text) returns text language plpgsql as $$ begin {body} end $$")
    host.view(about_text="host.f(about_text)")
    host.put([company("h0")])
    scored(db, high=3)
    finish(db)
    assert len(drawn(db)) == 3
    assert run_row(db, "r1").status == "success"
    assert last_read(db) == (state, True)
    assert checks(db, "h0")["about"]["verdict"] == "unknown"
    assert db.rows("select from obs.tenants where tenant_id = 'evil'") == []


def test_what_a_view_does_beside_is_taken_back(db: Db, host: Host) -> None:
    """It runs as obs_host, and neither its writes nor its settings outlive the reading."""
    db.execute(
        """create table host.seen_as (who text, may boolean);
        grant all on host.seen_as to public;
        create function host.f(p_x text) returns text language plpgsql as $$
        begin
            insert into host.seen_as values (current_user, has_schema_privilege('obs', 'usage'));
            perform set_config('obs.now', '2001-01-01', false), set_config('obs.tenant_id', 'b', false);
            perform set_config('search_path', 'host', false);
            return current_user || has_schema_privilege('obs', 'usage')::text;
        end $$"""
    )
    host.view(about_text="host.f(about_text)", domain="host.f(about_text)")
    host.put([company("h0")])
    scored(db, high=1)
    finish(db)
    assert last_read(db) == (None, True)
    assert db.rows("select * from host.seen_as") == []
    told = db.row("select current_setting('obs.now', true) as now, current_setting('obs.tenant_id', true) as tenant")
    assert {word or "" for word in told} == {""}
    assert "host" not in db.one("show search_path")
    assert checks(db, "h0")["about"]["length"] == len("obs_hostfalse"), "obs_host, without a right in obs"


@pytest.mark.parametrize("ending", ["return p_x;", "raise exception 'no';", "raise sqlstate '57014';"])
def test_a_view_leaves_no_statement_that_the_session_would_run(db: Db, host: Host, ending: str) -> None:
    """No rollback takes back a PREPARE: the writer's own name would then stand for the host's statement."""
    db.execute(
        f"""create table host.ran (who text); grant all on host.ran to public;
        create function host.f(p_x text) returns text language plpgsql as $$
        begin
            begin execute 'deallocate mine'; exception when others then null; end;
            begin
                execute 'prepare mine as insert into host.ran select current_user';
            exception when others then null;
            end;
            {ending}
        end $$"""
    )
    host.view(about_text="host.f(about_text)")
    host.put([company("h0")])
    scored(db, high=1)
    writer = db.login("test_writer")
    writer.execute("prepare mine as select 1 as one")
    writer.execute("prepare other as select 2 as two")
    writer.call("finish_run", run_id="r1")
    assert last_read(db)[1]
    assert refused(writer.execute, "execute mine").sqlstate == "26000"
    assert writer.one("execute other") == 2
    assert db.rows("select * from host.ran") == []


def test_a_view_that_outlives_the_statement_s_timeout_fails_no_finish(db: Db, host: Host) -> None:
    db.execute(
        "create function host.f(p_x text) returns text language sql as 'select p_x from pg_catalog.pg_sleep(60)'"
    )
    host.view(about_text="host.f(about_text)")
    host.put([company("h0")])
    scored(db, high=1)
    writer = db.login("test_writer")
    writer.execute("set statement_timeout = 2000")
    writer.call("finish_run", run_id="r1")
    assert run_row(db, "r1").status == "success"
    assert last_read(db) == ("57014", True)


def test_a_view_that_is_gone_is_told_and_hinders_nothing(db: Db, host: Host) -> None:
    host.view()
    db.execute("drop view host.seen")
    scored(db, high=2)
    finish(db)
    assert len(drawn(db)) == 2
    assert last_read(db) == ("42P01", True)


def test_a_locked_table_is_waited_for_a_moment_only(db: Db, host: Host) -> None:
    host.register()
    scored(db, high=2)
    other = db.login()
    other.execute("begin; lock table host.companies in access exclusive mode")
    began = time.monotonic()
    finish(db)
    assert time.monotonic() - began < 2
    other.execute("rollback")
    assert len(drawn(db)) == 2
    assert last_read(db) == ("55P03", True)


def test_a_view_that_was_slow_once_is_read_by_no_finish_again(db: Db, host: Host) -> None:
    host.register()
    host.put([company("only-host")])
    db.execute("update obs.qa_sources set last_ms = 5001")
    scored(db, high=1)
    finish(db)
    assert drawn(db) == ["h0"]
    scored(db, "r2", high=1)
    db.execute("select obs._close_run('a', 'r2', 'success', now())")
    host.put([company("asked")], run="r2")
    db.call("sample_qa", run_id="r2")
    assert sorted(drawn(db, "r2")) == ["asked", "h0"], "somebody who asks for it can wait"
    host.register()
    assert db.one("select last_ms from obs.qa_sources") is None


def qa_source(db: Db) -> tuple[str, str]:
    row = next(row for row in db.calls("status") if row.check_name == "qa source")
    assert (row.remedy is None) == (row.state == "green")
    return row.state, row.detail


def test_status_tells_that_a_view_is_not_read(db: Db, host: Host) -> None:
    assert qa_source(db) == ("green", "no view is registered")
    host.register()
    assert qa_source(db) == ("green", "views registered: 1")
    db.execute("update obs.qa_sources set last_ms = 5001")
    assert qa_source(db) == ("amber", "host.companies took 5001 ms, so no finish reads it any more")
    db.execute("update obs.qa_sources set last_error = '42P01'")
    assert qa_source(db) == ("amber", "host.companies could not be read: SQLSTATE 42P01")
    host.register()
    assert qa_source(db)[0] == "green"


def test_two_finishes_do_not_wait_for_each_other_s_note(db: Db, host: Host) -> None:
    host.register()
    for run in ("r1", "r2"):
        scored(db, run, high=1)
    one, two = db.login(), db.login()
    two.execute("set statement_timeout = '2s'")
    one.execute("begin")
    finish(one, "r1")
    finish(two, "r2")
    one.execute("commit")
    assert drawn(db, "r1") == drawn(db, "r2") == ["h0"]


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
