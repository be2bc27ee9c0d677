"""Rotating a pepper, shredding a tenant: what was hashed before is still found, or by nobody any more."""

from __future__ import annotations

import threading

from support.db import Db
from support.forgetting import JANE, hashes, say
from support.pipeline import refused


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
