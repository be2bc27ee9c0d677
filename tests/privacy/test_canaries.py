"""Canaries: at the end of each run every rule of redaction proves that it is on; one that is off alarms at once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from support.db import Db
from support.pipeline import item, line, log_lines, start

# Patterns that only say what may stay as it is: without them more is masked, not less.
KEEPING = {"mask", "url", "flat", "plain_run", "odd_run", "version"}

# What each helper would be if it did nothing, or let everything pass.
OFF = {
    "_scrub(text, text, boolean)": "p_text",
    "_mask_secrets(text)": "p_text",
    "_mask_numbers(text)": "p_text",
    "_mask_runs(text)": "p_text",
    "_mask_found(text, text)": "p_text",
    "_is_secret(text, text, text, text)": "false",
    "_mask_accounts(text)": "p_text",
    "_hides_email(text, text)": "false",
    "_unveil(text)": "p_text",
    "_decode_entities(text)": "p_text",
    "_redact_text(text, text)": "p_text",
    "_redact_id(text, text)": "p_text",
    "_redact_extra(text, jsonb)": "p_extra",
    "_redact_json(text, jsonb, text, boolean, text[], boolean, integer)": "p_value",
    "_redact_member(text, text, jsonb, text[], boolean, integer)": "p_value",
    "_redact_key(text, text)": "p_key",
    "_key_class(text)": "'plain'::text",
    "_left_out(text, text)": "to_jsonb(p_text)",
    "_mend_word(text, text)": "p_word",
    "_mend(obs.event)": "p_event",
    "_suspect(text)": "false",
    "_suspect_id(text)": "false",
    "_text_clean(text)": "true",
    "_words_clean(text, text, text, text, text, text, text, text, text, text)": "true",
    "_extra_clean(jsonb)": "true",
    "_event_clean(obs.event)": "true",
}


def finish(db: Db, run: str) -> Any:
    """What became of the canaries of a run that has just ended."""
    start(db, run)
    item(db, run, "crawl")
    db.call("finish_run", run_id=run, tenant_id="a")
    return db.row("select planted, caught, missed, error_sqlstate from obs.privacy_canaries where run_id = %s", (run,))


def alert(db: Db) -> str | None:
    found = db.rows(
        """select a.state from obs.alerts a
        where a.alert_code = 'PV-14' and a.subject = 'canaries' and a.tenant_id = 'a'
        order by a.alert_id desc limit 1"""
    )
    return found[0].state if found else None


def definition(db: Db, signature: str) -> str:
    source: str = db.one("select pg_get_functiondef(('obs.' || %s)::regprocedure)", (signature,))
    return source


def switch_off(db: Db, signature: str, answer: str) -> None:
    head = definition(db, signature)
    head = re.split(r"\n(?:AS \$function\$|BEGIN ATOMIC|RETURN )", head)[0]
    head = re.sub(r"\n SET [^\n]*", "", head).replace("LANGUAGE plpgsql", "LANGUAGE sql")
    db.execute(f"{head}\nreturn {answer}")


def names(db: Db) -> list[str]:
    return re.findall(r"when '(\w+)' then|WHEN '(\w+)'::text THEN", definition(db, "_pattern(text)"))


def test_every_canary_is_caught_and_nothing_of_them_stays(db: Db) -> None:
    start(db, "plain")
    item(db, "plain", "crawl")
    before = [db.rows(f"select t::text from obs.{name} t order by 1") for name in ("run_event_logs", "stage_deltas")]
    db.execute("select obs._probe_redaction('a', 'plain')")
    assert before == [
        db.rows(f"select t::text from obs.{name} t order by 1") for name in ("run_event_logs", "stage_deltas")
    ]
    probe = finish(db, "r1")
    assert (probe.planted, probe.missed, probe.error_sqlstate) == (probe.caught, [], None)
    assert probe.planted >= 30
    assert db.one("select count(*) from obs.run_event_logs where event = 'canary'") == 0
    assert db.one("select count(*) from obs.quarantined_events") == 0
    assert alert(db) is None


@pytest.mark.parametrize("runs", [50, pytest.param(2000, marks=pytest.mark.soak)])
def test_canaries_are_caught_whatever_the_run_is_called(db: Db, runs: int) -> None:
    start(db, "r1")
    missed = db.rows(
        """select n, p.missed from generate_series(1, %s) n,
        lateral (select array_agg(c.kind) as missed from obs._canaries('a', 'run-' || n) c
            where strpos(coalesce(case c.place
                when 'message' then obs._redact_text('a', c.body)
                when 'name' then obs._mend_word('a', c.body)
                else obs._redact_extra('a', c.body::jsonb)::text end, ''), c.needle) > 0
            or case c.place when 'message' then obs._text_clean(c.body)
                when 'name' then obs._words_clean(null, c.body, 'finish', null, null, null, null, 'INFO', null, null)
                else obs._extra_clean(c.body::jsonb) end) p
        where p.missed is not null""",
        (runs,),
    )
    assert missed == []


def test_each_pattern_that_redacts_has_a_canary(db: Db) -> None:
    start(db, "before")
    source = definition(db, "_pattern(text)")
    found = sorted({first or second for first, second in names(db)} - KEEPING)
    assert len(found) >= 20
    quiet = []
    for place, name in enumerate(found):
        db.execute(re.sub(r"(case p_name|CASE p_name)", rf"\1 when '{name}' then '(?!x)x'", source, count=1))
        # A pattern is a constant in plans that a session has made.
        db.execute("discard plans")
        missed = finish(db, f"off-{place}").missed
        if not missed or alert(db) != "firing":
            quiet.append((name, missed, alert(db)))
        db.execute(source)
        db.execute("discard plans")
        assert finish(db, f"on-{place}").missed == []
        assert alert(db) in ("resolved", "recovering"), name  # one that fires again and again stays open longer
    assert quiet == []


@pytest.mark.parametrize("signature", OFF)
def test_a_helper_that_does_nothing_is_told_in_the_same_run(db: Db, signature: str) -> None:
    source = definition(db, signature)
    assert finish(db, "before").missed == []
    switch_off(db, signature, OFF[signature])
    off = finish(db, "off")
    assert off.missed
    assert alert(db) == "firing"
    summary = db.one("select a.summary from obs.alerts a where a.alert_code = 'PV-14'")
    assert off.missed[0] in summary
    assert "@" not in summary
    db.execute(source)
    assert finish(db, "after").missed == []
    assert alert(db) == "resolved"


def test_a_probe_that_fails_fails_no_finish_and_alarms(db: Db) -> None:
    start(db, "before")
    db.execute(
        """create or replace function obs._mask_numbers(p_text text) returns text language plpgsql immutable strict
        parallel safe set search_path = pg_catalog, pg_temp as $$ begin raise sqlstate 'XX123'; end $$"""
    )
    probe = finish(db, "r1")
    assert (probe.planted, probe.caught, probe.missed, probe.error_sqlstate) == (1, 0, ["probe"], "XX123")
    assert db.one("select status from obs.enrichment_runs where run_id = 'r1'") == "success"
    assert alert(db) == "firing"


def test_a_run_that_ends_by_its_own_event_is_probed_too(db: Db) -> None:
    log_lines(
        db, [line("r1", "run_start", stage=None), line("r1"), line("r1", "run_finish", stage=None, status="success")]
    )
    assert db.row("select planted = caught as clean from obs.privacy_canaries where run_id = 'r1'").clean


def test_diagnosis_names_the_kind(db: Db) -> None:
    start(db, "before")
    switch_off(db, "_unveil(text)", "p_text")
    finish(db, "r1")
    number = db.one("select alert_id from obs.alerts where alert_code = 'PV-14'")
    missed = db.call("run_check", alert_id=number, check_name="canaries_missed")
    assert missed["verdict"] == "cause"
    assert "email_full_width" in missed["finding"]
    assert db.call("run_check", alert_id=number, check_name="audit_findings")["verdict"] == "unknown"


def test_readers_see_the_canaries_of_their_tenants(db: Db, tenants: tuple[str, str]) -> None:
    for tenant in tenants:
        start(db, f"r-{tenant}", tenant_id=tenant)
        db.call("finish_run", run_id=f"r-{tenant}", tenant_id=tenant)
    reader = db.login("test_reader_a")
    assert reader.one("select array_agg(run_id) from obs.privacy_canaries") == ["r-a"]
