"""A view of the host that fails, hangs or means harm: no finish fails or waits, no right is gained."""

from __future__ import annotations

import time

import pytest

from support.db import Db
from support.pipeline import refused, run_row
from support.samples import Host, checks, company, drawn, finish, last_read, scored

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
