"""Reviews: validated, by one person at a time, told who was faster; claims end by themselves."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import refused
from support.qa import drawn, review, status

AT = "2026-03-02 08:{:02}:00+00"


def sample(db: Db, company: str = "c1") -> Any:
    return db.row("select * from obs.qa_samples where company_id = %s", (company,))


def test_a_review_is_kept_and_the_checks_are_the_reviewers(night: Db, ann: Db) -> None:
    checks = {"contacts": {"verdict": "pass", "reason": "office@ is valid"}, "about": {"verdict": "fail"}}
    given = ann.call("qa_review", run_id="r1", company_id="c1", result="pass", notes="fine", checks=checks)
    row = sample(night)
    assert given == row
    assert (row.result, row.reviewer, row.notes, row.revision) == ("pass", "test_reviewer_a", "fine", 2)
    assert row.checks["contacts"] == {"verdict": "pass", "reason": "office@ is valid", "by": "test_reviewer_a"}
    assert row.checks["about"] == {"verdict": "fail", "by": "test_reviewer_a", "length": 0}
    assert row.checks["domain"] == {"verdict": "pass", "reason": "resolves", "by": "machine"}
    kept = night.row("select reviewer, result, notes, checks from obs.qa_reviews")
    assert tuple(kept) == ("test_reviewer_a", "pass", "fine", checks)


def test_a_review_that_changed_its_mind(night: Db, ann: Db) -> None:
    review(ann, "c1", "fail", notes="dead domain")
    row = review(ann, "c1", "pass")
    assert (row.result, row.notes, row.revision) == ("pass", "dead domain", 3)
    assert review(ann, "c1", "needs_review", notes="").notes is None
    assert night.rows("select result from obs.qa_reviews order by review_id") == [
        ("fail",),
        ("pass",),
        ("needs_review",),
    ]
    assert (status(night).passed, status(night).failed, status(night).pending) == (0, 0, 10)


def test_notes_and_reasons_hold_no_personal_data(night: Db, ann: Db) -> None:
    row = review(
        ann, "c1", "fail", notes="asked jane.doe@acme-corp.de" + " x" * 3000,
        checks={"contacts": {"verdict": "fail", "reason": "only jane.doe@acme-corp.de"}},
    )  # fmt: skip
    told = night.one("select notes || checks::text from obs.qa_reviews") + row.notes + str(row.checks)
    assert "jane.doe" not in told
    assert "email:h1:" in row.notes
    assert len(row.notes) == 2000


@pytest.mark.parametrize(
    ("result", "checks", "word"),
    [
        ("ok", {}, "'ok'"),
        (None, {}, "NULL"),
        ("pass", {"logo": {"verdict": "pass"}}, "'logo'"),
        ("pass", {"about": {"verdict": "good"}}, "'good'"),
        ("pass", {"about": {}}, "NULL"),
        ("pass", {"about": "pass"}, "verdict and reason"),
        ("pass", {"about": {"verdict": "pass", "by": "somebody"}}, "verdict and reason"),
        ("pass", {"about": {"verdict": "pass", "reason": 7}}, "verdict and reason"),
        ("pass", [], "array"),
    ],
)
def test_what_is_no_review_changes_nothing(night: Db, ann: Db, result: str | None, checks: Any, word: str) -> None:
    before = sample(night)
    error = refused(ann.call, "qa_review", run_id="r1", company_id="c1", result=result, checks=Jsonb(checks))
    assert (error.sqlstate, word in str(error)) == ("22023", True)
    assert sample(night) == before
    assert night.one("select count(*) from obs.qa_reviews") == 0


def test_a_company_that_was_not_drawn_and_runs_that_are_not_yours(night: Db, ann: Db) -> None:
    assert refused(review, ann, "nobody", "pass").sqlstate == "OB020"
    other = night.login("test_reviewer_b")
    foreign = refused(other.call, "qa_review", run_id="r1", company_id="c1", result="pass")
    missing = refused(other.call, "qa_review", run_id="r9", company_id="c1", result="pass")
    assert (foreign.sqlstate, str(foreign)) == ("OB002", str(missing).replace("r9", "r1"))
    named = refused(other.call, "qa_review", run_id="r1", company_id="c1", result="pass", tenant_id="a")
    assert named.sqlstate == "OB002"
    assert other.calls("qa_claim", limit=10) == []
    for function in ("qa_claim", "qa_release"):
        assert refused(other.call, function, run_id="r1").sqlstate == "OB002"


@pytest.mark.parametrize("login", ["test_reader_a", "test_writer_a", "test_bi", "test_forwarder"])
def test_who_may_not_review(night: Db, login: str) -> None:
    before = sample(night)
    for function in ("qa_review('r1', 'c1', 'pass')", "qa_claim()", "qa_release()", "close_follow_up('r1', 'x')"):
        assert refused(night.login(login).execute, f"select obs.{function}").sqlstate == "42501"
    assert sample(night) == before


def test_a_reviewer_sees_the_samples_of_its_tenants_and_writes_no_table(night: Db, ann: Db) -> None:
    assert ann.one("select count(*) from obs.qa_worklist") == 10
    assert ann.row("select drawn, threshold from obs.qa_run_status") == (10, status(night).threshold)
    other = night.login("test_reviewer_b")
    for view in ("qa_worklist", "qa_run_status", "qa_agreement", "qa_samples", "qa_draws", "enrichment_runs"):
        assert other.one(f"select count(*) from obs.{view}") == 0, view
    for table in ("run_event_logs", "alerts", "run_stage_stats", "tenants", "settings"):
        assert refused(ann.execute, f"select from obs.{table}").sqlstate == "42501", table
    assert refused(ann.execute, "update obs.qa_samples set result = 'pass'").sqlstate == "42501"


def test_the_worklist_reads_like_a_checklist(night: Db, ann: Db) -> None:
    row = ann.row("select * from obs.qa_worklist where company_id = 'c1'")
    assert (row.kind, row.bucket, row.stratum, row.domain_verdict, row.domain_reason) == (
        "nightly", "High", "random", "pass", "resolves",
    )  # fmt: skip
    assert (row.about_verdict, row.contacts_reason) == ("unknown", "no business address")
    assert (row.claimed_by, row.needs_second_review, row.revision) == (None, False, 1)
    review(ann, "c1", "pass")
    assert ann.one("select count(*) from obs.qa_worklist") == 9


def test_the_second_reviewer_is_told_who_was_faster(night: Db, ann: Db, bea: Db) -> None:
    night.set_now(AT.format(1))
    seen = bea.one("select revision from obs.qa_worklist where company_id = 'c1'")
    review(ann, "c1", "fail", revision=seen)
    error = refused(review, bea, "c1", "pass", revision=seen)
    assert error.sqlstate == "OB022"
    assert "revision 2, not 1: test_reviewer_a reviewed it as fail at " in str(error)
    assert sample(night).result == "fail"
    assert night.one("select count(*) from obs.qa_reviews") == 1
    assert review(bea, "c1", "pass", revision=2).result == "pass"


def test_a_review_sent_twice_changes_nothing(night: Db, ann: Db, bea: Db) -> None:
    said = {"revision": 1, "notes": "ask jane.roe@example.com", "checks": Jsonb({"about": {"verdict": "fail"}})}
    first = review(ann, "c1", "fail", **said)
    assert review(ann, "c1", "fail", **said) == first
    assert night.one("select count(*) from obs.qa_reviews") == 1
    for other in ({"notes": "other"}, {"checks": Jsonb({"about": {"verdict": "pass"}})}):
        error = refused(review, ann, "c1", "fail", **{**said, **other})
        assert (error.sqlstate, error.diag.message_hint) == ("OB022", "Review its present revision.")
    assert refused(review, ann, "c1", "pass", **said).sqlstate == "OB022"
    assert refused(review, bea, "c1", "fail", **said).sqlstate == "OB022"


def test_a_revision_that_nobody_made_is_told_so(night: Db, ann: Db) -> None:
    error = refused(review, ann, "c1", "pass", revision=99)
    assert error.sqlstate == "OB022"
    assert error.diag.message_primary.endswith("is at revision 1, not 99: nobody has reviewed it")


def test_two_at_the_same_moment(night: Db, ann: Db, bea: Db) -> None:
    ann.execute("begin")
    review(ann, "c1", "fail", revision=1)
    caught: list[Any] = []
    second = threading.Thread(target=lambda: caught.append(refused(review, bea, "c1", "pass", revision=1)))
    second.start()
    night.wait_until_blocked(bea)
    ann.execute("commit")
    second.join()
    assert caught[0].sqlstate == "OB022"
    assert (sample(night).result, sample(night).reviewer) == ("fail", "test_reviewer_a")


def test_a_claim_keeps_others_away_until_it_ends(night: Db) -> None:
    admin = night.login("test_admin")
    ops = night.login("test_ops")
    admin.set_now(AT.format(0))
    (taken,) = admin.calls("qa_claim")
    assert (taken.company_id, taken.claimed_by) == ("c1", "test_admin")
    assert str(taken.claimed_until - admin.one("select obs.now()")) == "0:15:00"
    # Another session, its clock moved as far: only administrators may move one.
    night.execute("grant obs_admin to test_ops")
    try:
        ops.set_now(AT.format(14))
        error = refused(review, ops, "c1", "pass")
        assert (error.sqlstate, "claimed by test_admin until 2026-03-02 08:15:00 UTC" in str(error)) == ("OB021", True)
        assert [row.company_id for row in ops.calls("qa_claim")] == ["c2"]
        ops.set_now(AT.format(15))
        assert ops.row("select claimed_by from obs.qa_worklist where company_id = 'c1'") == (None,)
        assert [row.company_id for row in ops.calls("qa_claim")] == ["c1"]
        assert review(ops, "c1", "pass").claimed_by is None
    finally:
        night.execute("revoke obs_admin from test_ops")


def test_claims_of_two_sessions_do_not_meet(night: Db, ann: Db, bea: Db) -> None:
    ann.execute("begin")
    first = {row.company_id for row in ann.calls("qa_claim", limit=4)}
    bea.execute("set lock_timeout = '500ms'")
    second = {row.company_id for row in bea.calls("qa_claim", limit=10)}
    ann.execute("commit")
    assert (len(first), len(second), first & second) == (4, 6, set())
    assert bea.calls("qa_claim") == []
    assert refused(review, bea, min(first), "pass").sqlstate == "OB021"
    assert ann.call("qa_release", run_id="r1", company_id=min(first)) == 1
    assert bea.call("qa_release", run_id="r1", company_id=min(first - {min(first)})) == 0
    assert ann.call("qa_release") == 3
    assert night.call("qa_release", run_id="r1", company_id=min(second)) == 1, "ops give back anybody's"
    assert review(bea, min(first), "pass").result == "pass"


def test_a_tenant_that_is_named_is_the_only_one_claimed_and_released(night: Db) -> None:
    drawn(night, "r2", tenant="b", number=3)
    assert [row.tenant_id for row in night.calls("qa_claim", limit=20, tenant_id="b")] == ["b"] * 3
    assert len(night.calls("qa_claim", limit=20, tenant_id="a")) == 10
    assert night.call("qa_release", tenant_id="b") == 3
    assert night.call("qa_release", tenant_id="a") == 10


def test_who_lost_a_tenant_releases_nothing_of_it(night: Db, ann: Db) -> None:
    assert len(ann.calls("qa_claim", limit=2)) == 2
    night.call("revoke_access", role="test_reviewer_a", tenant_id="a")
    night.call("grant_access", role="test_reviewer_a", tenant_id="b")
    assert ann.call("qa_release") == 0
    assert night.one("select count(*) from obs.qa_samples where claimed_by is not null") == 2


@pytest.mark.parametrize("limit", [0, 101, None])
def test_a_claim_out_of_range(ann: Db, limit: int | None) -> None:
    assert refused(ann.call, "qa_claim", limit=limit).sqlstate == "22023"
    assert refused(ann.call, "qa_release", company_id="c1").sqlstate == "22023"
