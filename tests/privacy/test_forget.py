"""Forgetting an address, rotating a pepper, shredding a tenant: done, proven, and of no concern to anybody else."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from support.binaries import bindir
from support.cluster import Cluster
from support.db import Db
from support.pipeline import item, refused, start

JANE, OTHER = "jane.roe@planted.example.com", "joe@planted.example.com"
ADMIN = "test_admin"


def dump(db: Db) -> str:
    done = subprocess.run([bindir() / "pg_dump", "-d", db.dsn], capture_output=True, check=True)
    return done.stdout.decode()


def say(db: Db, tenant: str, run: str, address: str = JANE, **more: Any) -> None:
    item(
        db, run, "crawl", ok=False, tenant_id=tenant, error_msg=f"no answer from <{address.upper()}>, {OTHER}",
        company_id=address, trace_id=address,
        extra={"mail": address, "list": [{"deep": address}], address: 1, "prompt": address}, **more,
    )  # fmt: skip


@pytest.fixture
def written(db: Db) -> Db:
    for tenant in ("a", "b"):
        start(db, f"run-{tenant}", tenant_id=tenant, meta={"contact": JANE})
        say(db, tenant, f"run-{tenant}")
        say(db, tenant, f"nowhere-{tenant}")  # quarantined
    return db


def hashes(db: Db, tenant: str = "a", address: str = JANE) -> list[str]:
    found: list[str] = db.call("email_hashes", tenant_id=tenant, address=address)
    return found


def test_a_forgotten_address_is_nowhere_and_nobody_else_is_touched(written: Db) -> None:
    (of_a,), (of_b,), (other,) = hashes(written), hashes(written, "b"), hashes(written, "a", OTHER)
    before = written.rows("select e::text from obs.run_event_logs e where tenant_id = 'b'")
    everything = dump(written)
    assert everything.count(of_a) >= 10
    answer = written.call("forget_email", tenant_id="a", address=f" {JANE.upper()} ")
    assert answer["left"] == 0
    assert answer["tables"] == {"run_event_logs": 1, "quarantined_events": 1, "enrichment_runs": 1}
    assert answer["rows"] == 3
    after = dump(written)
    assert [line for line in after.splitlines() if of_a in line and "\t" in line and len(line.split("\t")) != 3] == []
    assert after.count(of_a) == 1  # the list of what is suppressed
    assert JANE not in after.lower()
    assert after.count(of_b) == everything.count(of_b)
    assert after.count(other) == everything.count(other)
    assert before == written.rows("select e::text from obs.run_event_logs e where tenant_id = 'b'")
    row = written.row("select * from obs.run_event_logs where tenant_id = 'a'")
    assert row.error_msg.startswith("no answer from <email:forgotten>, email:h1:")
    assert (row.company_id, row.trace_id) == ("email:forgotten", "email:forgotten")
    assert (row.extra["mail"], row.extra["list"], row.extra["email:forgotten"]) == (
        "email:forgotten", [{"deep": "email:forgotten"}], 1,
    )  # fmt: skip
    assert row.extra["prompt"]["hash"] == "masked"
    said = written.row("select detail, tenant_id from obs.audit_log where action = 'forget_email'")
    assert (said.tenant_id, said.detail["rows"]) == ("a", 3)
    assert written.call("privacy_audit")["verdict"] == "clean"


def test_a_second_forgetting_finds_nothing(written: Db) -> None:
    written.call("forget_email", tenant_id="a", address=JANE)
    assert written.call("forget_email", tenant_id="a", address=JANE)["rows"] == 0


def test_what_arrives_later_is_stored_without_it(written: Db) -> None:
    written.call("forget_email", tenant_id="a", address=JANE)
    say(written, "a", "run-a")
    say(written, "b", "run-b")
    assert hashes(written)[0] not in written.one(
        "select string_agg(e::text, '') from obs.run_event_logs e where tenant_id = 'a'"
    )
    newest = written.row("select * from obs.run_event_logs where tenant_id = 'a' order by received_at desc limit 1")
    assert newest.extra["mail"] == newest.company_id == "email:forgotten"
    assert "joe" not in newest.error_msg
    assert "email:h1:" in newest.error_msg
    assert (
        written.one(
            "select count(*) from obs.run_event_logs where tenant_id = 'b' and company_id like 'email:h1:%%'", ()
        )
        == 2
    )
    assert written.call("forget_email", tenant_id="a", address=JANE)["rows"] == 0


def test_what_arrives_later_is_stored_without_it_by_every_door(written: Db) -> None:
    written.call("forget_email", tenant_id="a", address=JANE)
    start(
        written, "late", tenant_id="a", kind=f"for {JANE}", trace_url=f"https://trace.example/r?by={JANE}",
        meta={"by": JANE, JANE: 1},
    )  # fmt: skip
    item(
        written, "late", f"stage {JANE}", tenant_id="a", vendor=JANE, model=JANE, error_code=JANE,
        error_msg=f"{JANE}, {OTHER}", extra={"prompt": JANE, "reason": f"told {JANE}"},
    )  # fmt: skip
    written.call("set_metric", run_id="late", name="funnel_loss", value=1, reason=JANE, tenant_id="a")
    written.call("hold_run", tenant_id="a", run_id="late", reason=f"{JANE} asked")
    written.call("silence", reason=f"{JANE} knows", **{"for": "1 hour"}, tenant_id="a", subject=JANE)
    everything = dump(written)
    assert everything.count(hashes(written)[0]) == 1  # the list of what is suppressed
    assert JANE not in everything
    assert everything.count("email:forgotten") >= 12
    assert hashes(written, "a", OTHER)[0] in everything
    assert written.call("forget_email", tenant_id="a", address=JANE)["rows"] == 0


@pytest.mark.parametrize(
    "address",
    [
        "o'neil@brindle.example", "d'arc.o'neil@brindle.example", "{jane}@brindle.example", "`jane`@brindle.example",
        "jane*x@brindle.example", "jane/doe@brindle.example", "jane=doe@brindle.example", "jane&doe@brindle.example",
        '"jane doe"@brindle.example', "'jane@brindle.example'", "n'diaye@brindle.example", "jane+x@brindle.example.",
    ],
)  # fmt: skip
def test_every_address_that_is_hashed_can_be_forgotten(db: Db, address: str) -> None:
    start(db, "r", tenant_id="a")
    item(db, "r", "crawl", ok=False, tenant_id="a", error_msg=f"no answer from {address} at all")
    assert f"email:{hashes(db, 'a', address)[0]}" in db.one("select error_msg from obs.run_event_logs")
    assert db.call("forget_email", tenant_id="a", address=address)["rows"] == 1
    assert "email:forgotten" in db.one("select error_msg from obs.run_event_logs")


def test_who_has_an_apostrophe_is_not_who_has_none(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    assert hashes(db, "a", "o'neil@brindle.example") != hashes(db, "a", "neil@brindle.example")


def test_two_who_are_forgotten_stay_two_in_a_key(written: Db) -> None:
    written.execute(
        """insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
        values ('a', 'run-a', 'random', 'High', 's', 10, 2, 2, 'events')"""
    )
    for rank, address in enumerate((JANE, OTHER), 1):
        company = "email:" + hashes(written, "a", address)[0]
        written.execute(
            "insert into obs.qa_samples (run_id, tenant_id, company_id, bucket, checks, draw_rank) values "
            "('run-a', 'a', %s, 'High', '{}', %s)",
            (company, rank),
        )
        written.execute(
            "insert into obs.qa_reviews (tenant_id, run_id, company_id, reviewer, result) "
            "values ('a', 'run-a', %s, 'r', 'pass')",
            (company,),
        )
    for address in (JANE, OTHER):
        assert written.call("forget_email", tenant_id="a", address=address)["tables"]["qa_samples"] == 1
    names = [name for (name,) in written.rows("select company_id from obs.qa_samples")]
    assert len(set(names)) == 2
    assert all(name.startswith("email:forgotten-") for name in names)
    assert sorted(names) == sorted(name for (name,) in written.rows("select company_id from obs.qa_reviews"))


def test_one_company_under_two_peppers_stays_two_rows(written: Db) -> None:
    written.call("rotate_pepper", tenant_id="a")
    written.execute(
        """insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
        values ('a', 'run-a', 'random', 'High', 's', 10, 2, 2, 'events')"""
    )
    for rank, found in enumerate(hashes(written), 1):
        written.execute(
            "insert into obs.qa_samples (run_id, tenant_id, company_id, bucket, checks, draw_rank) values "
            "('run-a', 'a', %s, 'High', '{}', %s)",
            ("email:" + found, rank),
        )
    proof = written.call("forget_email", tenant_id="a", address=JANE)
    assert (proof["tables"]["qa_samples"], proof["left"]) == (2, 0)
    assert written.one("select count(distinct company_id) from obs.qa_samples") == 2
    assert written.call("privacy_audit", tenant_id="a")["verdict"] == "clean"


def test_both_peppers_are_searched_after_a_rotation(written: Db) -> None:
    assert written.call("rotate_pepper", tenant_id="a") == 2
    say(written, "a", "run-a")
    first, second = hashes(written)
    assert (first[:3], second[:3]) == ("h1:", "h2:")
    found = written.rows("select company_id from obs.run_event_logs where tenant_id = 'a' order by received_at")
    assert [name for (name,) in found] == [f"email:{first}", f"email:{second}"]
    assert hashes(written, "b")[0].startswith("h1:")
    assert written.call("forget_email", tenant_id="a", address=JANE)["left"] == 0
    text = written.one("select string_agg(e::text, '') from obs.run_event_logs e where tenant_id = 'a'")
    assert first not in text
    assert second not in text


def test_a_shredded_tenants_hashes_match_nothing(written: Db) -> None:
    (old,), of_b = hashes(written), hashes(written, "b")
    written.call("rotate_pepper", tenant_id="a")
    assert refused(written.call, "shred_tenant", tenant_id="a", confirm="b").sqlstate == "22023"
    assert len(hashes(written)) == 2
    proof = written.call("shred_tenant", tenant_id="a", confirm="a")
    assert proof == {
        "tenant_id": "a", "versions_destroyed": 2, "peppers_left": 0, "probe_matched_before": 2, "probe_matches_now": 0,
    }  # fmt: skip
    assert hashes(written) == []
    answer = written.call("forget_email", tenant_id="a", address=JANE)
    assert (answer["left"], answer["rows"]) == (None, 0)
    assert answer["note"].startswith("nothing was searched: the tenant has no pepper")
    assert hashes(written, "b") == of_b
    say(written, "a", "run-a")
    newest = written.row("select * from obs.run_event_logs where tenant_id = 'a' order by received_at desc limit 1")
    assert (newest.company_id, newest.extra["mail"]) == ("email:masked", "email:masked")
    written.call("finish_run", run_id="run-a", tenant_id="a")
    assert written.one("select missed from obs.privacy_canaries where run_id = 'run-a'") == []
    assert written.call("privacy_audit")["verdict"] == "clean"
    assert written.call("rotate_pepper", tenant_id="a") == 3
    (new,) = hashes(written)
    assert new.startswith("h3:")
    assert new[3:] != old[3:]
    say(written, "b", "run-b")
    assert written.one("select count(distinct company_id) from obs.run_event_logs where tenant_id = 'b'") == 1


@pytest.mark.parametrize("text", ["", "no address", f"{JANE} and {OTHER}", "x" * 20000])
def test_what_is_no_address_is_refused_without_repeating_it(written: Db, text: str) -> None:
    error = refused(written.call, "forget_email", tenant_id="a", address=text)
    assert error.sqlstate == "22023"
    assert str(error.diag.message_primary) == "this is no e-mail address"


@pytest.mark.parametrize("login", ["test_reader", "test_writer", "test_ops"])
def test_only_administrators_may(db: Db, login: str) -> None:
    db.call("create_tenant", tenant_id="a")
    other = db.login(login)
    for name, more in (
        ("forget_email", {"address": JANE}), ("email_hashes", {"address": JANE}), ("shred_tenant", {"confirm": "a"}),
        ("rotate_pepper", {}),
    ):  # fmt: skip
        assert refused(other.call, name, tenant_id="a", **more).sqlstate == "42501"
    assert refused(db.login(ADMIN).execute, "select * from obs.tenant_peppers").sqlstate == "42501"


def test_rotation_waits_for_no_writer_and_writers_for_no_rotation(written: Db) -> None:
    writer, admin = written.login(), written.login()
    with writer.conn.transaction():
        say(writer, "a", "run-a")
        admin.execute("set statement_timeout = '2s'")
        assert admin.call("rotate_pepper", tenant_id="a") == 2
        say(writer, "a", "run-a")
    assert written.one("select count(distinct company_id) from obs.run_event_logs where tenant_id = 'a'") == 2
    assert len(hashes(written)) == 2


def test_rotations_at_once_make_one_version_each(written: Db) -> None:
    logins = [written.login() for _ in range(4)]
    versions: list[int] = []
    threads = [
        threading.Thread(target=lambda one=one: versions.append(one.call("rotate_pepper", tenant_id="a")))
        for one in logins
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(versions) == [2, 3, 4, 5]


def test_killed_while_forgetting_a_second_call_finishes(disposable_server: Callable[..., Cluster]) -> None:
    cluster = disposable_server()
    db = Db(cluster.connect("obs"))
    start(db, "run-a", tenant_id="a")
    say(db, "a", "run-a")
    (old,) = hashes(db)
    blocker, victim = Db(cluster.connect("obs")), Db(cluster.connect("obs"))
    failed: list[psycopg.Error] = []

    def forget() -> None:
        try:
            victim.call("forget_email", tenant_id="a", address=JANE)
        except psycopg.Error as error:
            failed.append(error)

    blocker.execute("begin")
    blocker.execute("select 1 from obs.run_event_logs for update")
    thread = threading.Thread(target=forget)
    thread.start()
    db.wait_until_blocked(victim)
    os.kill(victim.conn.info.backend_pid, signal.SIGKILL)
    thread.join(20)
    assert failed
    blocker.conn.close()
    after = Db(reconnect(cluster))
    assert after.one("select company_id from obs.run_event_logs") == f"email:{old}"
    assert after.one("select count(*) from obs.forgotten_emails") == 0
    answer = after.call("forget_email", tenant_id="a", address=JANE)
    assert (answer["rows"], answer["left"]) == (1, 0)
    assert after.one("select company_id from obs.run_event_logs") == "email:forgotten"
    assert after.one("select count(*) from obs.audit_log where action = 'forget_email'") == 1
    for one in (after, db, blocker, victim):
        one.close()


def reconnect(cluster: Cluster) -> psycopg.Connection[Any]:
    """The server restarts its other sessions when one was killed."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return cluster.connect("obs")
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
