"""Imported logs add up to what was counted while they were made, the first time and every further time."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from obs_client.importing import import_files
from support.db import Db
from support.loglines import Night, nights
from support.totals import of_expected, of_night, stored

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def everything(db: Db, made: list[Night]) -> list[Any]:
    return [stored(db, night.tenant, night.run) for night in made]


def test_made_up_logs_add_up(db: Db, writer: str, obs: Run, tmp_path: Path) -> None:
    made = list(nights())
    files = [night.write(tmp_path, packed=night.tenant == 102) for night in made]
    done = obs("import", *files, dsn=writer)
    assert (done.returncode, done.stderr) == (0, "")
    assert everything(db, made) == [of_night(night) for night in made]
    lines = sum(len(night.lines) for night in made)
    assert f"{lines} lines in" in done.stdout
    assert db.one("select count(*) from obs.run_event_logs") == lines
    assert db.one("select bool_and(c.matches) from obs.enrichment_runs r, obs.recompute(r.run_id, r.tenant_id) c")


def test_a_second_import_changes_nothing(db: Db, writer: str, tmp_path: Path) -> None:
    made = list(nights(companies=20))
    files = [night.write(tmp_path) for night in made]
    first = import_files(writer, files)
    before = everything(db, made), db.rows("select * from obs.enrichment_runs order by tenant_id, run_id")
    second = import_files(writer, files)
    assert first.counts.accepted == second.counts.duplicate == sum(len(night.lines) for night in made)
    assert second.counts.accepted == second.counts.quarantined == 0
    assert (everything(db, made), db.rows("select * from obs.enrichment_runs order by tenant_id, run_id")) == before


def test_shared_logs_add_up(db: Db, writer: str, obs: Run, shared_events: list[Path]) -> None:
    done = obs("import", *shared_events, dsn=writer)
    assert (done.returncode, done.stderr) == (0, "")
    expected = json.loads((shared_events[0].parent / "expected_totals.json").read_text())["runs"]
    assert expected
    for run in expected:
        assert stored(db, run["tenant_id"], run["run_id"], places=6) == of_expected(run)
    again = import_files(writer, shared_events)
    assert again.counts.duplicate == sum(run["lines"] for run in expected)
    for run in expected:
        assert stored(db, run["tenant_id"], run["run_id"], places=6) == of_expected(run)


def test_numbers_as_ids_become_text_and_unknown_fields_go_to_extra(db: Db, writer: str, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=2)
    lines = [json.loads(line) for line in night.lines]
    for line in lines:
        line["host"], line["attempt_no"] = "node-7", 3
    file = tmp_path / "night.log"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n")
    assert import_files(writer, [file]).complete
    assert db.row("select distinct tenant_id, run_id, pg_typeof(company_id)::text from obs.run_event_logs") == (
        "101", "5001", "text",
    )  # fmt: skip
    assert db.rows("select distinct extra ->> 'attempt_no' from obs.run_event_logs") == [("3",)]
    assert stored(db, 101, 5001) == of_night(night)


def test_a_model_in_extra_is_the_call_s_model(db: Db, writer: str, tmp_path: Path) -> None:
    night = Night(101, 5001, companies=7)
    assert import_files(writer, [night.write(tmp_path)]).complete
    assert db.rows("select model, calls, tokens_input from obs.run_model_usage where vendor = 'openai'") == [
        ("gpt-4o-mini", 7, night.vendors["openai"].tokens_input)
    ]
