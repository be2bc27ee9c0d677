"""The page of an alert: it is taken, and its runbook ticked off."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from obs_client.web.pages import alert, qa
from support.db import Db
from support.web import Site, forms, text_of


def test_an_alert_is_taken_with_a_note(site: Site, world: Db, alert_of: Callable[[str], int]) -> None:
    page, number = site.page("test_reader_a"), alert_of("a")
    (form,) = (form for form in forms(page.get(f"/alerts/{number}").text) if form.action.endswith("/ack"))
    assert page.post(form.action, data={**form.fields, "note": "on it"}).headers["location"] == f"/alerts/{number}"
    alert = world.row("select acked_by, ack_note from obs.alerts where alert_id = %s", (number,))
    assert (alert.acked_by, alert.ack_note) == ("test_reader_a", "on it")
    shown = page.get(f"/alerts/{number}").text
    assert "on it" in shown
    assert not any(form.action.endswith("/ack") for form in forms(shown))
    foreign = page.post(f"/alerts/{alert_of('b')}/ack", data=form.fields)
    assert foreign.status_code == 404


def test_steps_of_a_runbook_are_ticked_and_taken_back(site: Site, world: Db, alert_of: Callable[[str], int]) -> None:
    page, number = site.page("test_reader_a"), alert_of("a")
    steps = [form for form in forms(page.get(f"/alerts/{number}").text) if "/steps/" in form.action]
    assert len(steps) == world.one("select count(*) from obs.runbook_steps(%s)", (number,)) > 2
    second = "select ticked_by, note from obs.runbook_steps(%s) where step = 2"
    assert page.post(steps[1].action, data={**steps[1].fields, "note": "done so"}).status_code == 303
    assert tuple(world.row(second, (number,))) == ("test_reader_a", "done so")
    shown = page.get(f"/alerts/{number}").text
    assert "Done by test_reader_a" in text_of(shown)
    back = next(form for form in forms(shown) if form.action == steps[1].action)
    assert back.fields["done"] == "no"
    assert page.post(back.action, data=back.fields).status_code == 303
    assert tuple(world.row(second, (number,))) == (None, None)
    for action in (f"/alerts/{alert_of('b')}/steps/1", f"/alerts/{number}/steps/0", f"/alerts/{number}/steps/x"):
        assert page.post(action, data=steps[0].fields).status_code == 404


def test_an_alert_shows_its_evidence(site: Site, world: Db, alert_of: Callable[[str], int]) -> None:
    evidence = world.call("diagnose", alert_id=alert_of("b"))
    assert len(evidence) > 1
    shown = text_of(site.page("test_reader_b").get(f"/alerts/{alert_of('b')}").text)
    for one in evidence:
        assert " ".join(one["finding"].split()) in html.unescape(shown)


def test_an_alert_says_first_what_to_do_and_what_became_of_it(
    new_site: Callable[..., Site], world: Db, alert_of: Callable[[str], int]
) -> None:
    page, number = new_site().page("test_reader_b"), alert_of("b")
    world.execute(
        """update obs.alerts set evidence = '[{"check": "x", "verdict": "cause", "finding": "the crawl was blocked",
            "next_step": "unblock it"}]' where alert_id = %s""",
        (number,),
    )
    for place, run in enumerate(("b-night", "b-qa")):
        world.execute(
            """insert into obs.alert_transitions (tenant_id, alert_id, alert_code, subject, from_state, to_state, at,
                run_id, rule_version, reason)
            select tenant_id, alert_id, alert_code, subject, 'firing', 'firing',
                fired_at + %s * interval '1 microsecond',
                %s, 1, 'breached in the next run too' from obs.alerts where alert_id = %s""",
            (place + 1, run, number),
        )
    for step in (1, 2):
        (form,) = (f for f in forms(page.get(f"/alerts/{number}").text) if f.action.endswith(f"/steps/{step}"))
        page.post(form.action, data={**form.fields, "note": f"note {step}"})
    text = html.unescape(text_of(page.get(f"/alerts/{number}").text))
    said = (
        "Likely cause the crawl was blocked Next step unblock it Last good run b-good"
        " Blast radius 30 of 40 items of crawl"
    )
    assert said in text
    assert text.index(said) < text.index("State ") < text.index("Runbook CR-02")
    assert re.search(r"Value \d+\.\d % \(>=? \d+\.\d %\)", text)
    became = text[text.index("What became of it") :]
    assert re.search(r"firing → firing, breached in the next run too, 2 times until [-0-9: ]+, run b-qa", became)
    assert became.index("step 1 ticked by test_reader_b: note 1") < became.index(
        "step 2 ticked by test_reader_b: note 2"
    )


BROKEN = "select 1 / 0"


def test_nothing_is_asked_that_tells_somebody_elses_from_none(
    site: Site, alert_of: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first question goes by the caller's tenants, and ends both; the clock of another would tell."""
    monkeypatch.setattr(alert, "_ALERT", BROKEN)
    for name in ("_COUNT", "_WAITING", "_RUNS", "_SAMPLE"):
        monkeypatch.setattr(qa, name, BROKEN)
    page = site.page("test_reader_a")
    for foreign, unknown in (
        (f"/alerts/{alert_of('b')}", "/alerts/999999"),
        ("/qa?run_id=b-qa", "/qa?run_id=no-qa"),
        ("/qa?tenant_id=b", "/qa?tenant_id=nobody"),
        ("/qa/b-qa/c1", "/qa/no-qa/c1"),
    ):
        assert [page.get(path).status_code for path in (foreign, unknown)] == [404, 404], foreign
    assert page.get(f"/alerts/{alert_of('a')}").status_code != 200, "the other questions would have told"
    assert page.get("/qa").status_code != 200
