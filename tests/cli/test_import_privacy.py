"""Nothing personal that stood in a log is to be found anywhere in the database afterwards."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from obs_client.importing import import_files
from support.binaries import bindir
from support.db import Db
from support.loglines import nights


def dump(db: Db) -> str:
    """Everything in the database, as text."""
    done = subprocess.run([bindir() / "pg_dump", "-d", db.dsn], capture_output=True, check=True)
    return done.stdout.decode()


def spellings(secret: str) -> Iterator[str]:
    """How a text may stand in a dump: bare, in JSON, and each of these escaped by COPY."""
    for text in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
        yield text
        yield text.replace("\\", "\\\\")


def found(db: Db, secrets: Iterable[str]) -> list[str]:
    everything = dump(db)
    assert "run_event_logs" in everything
    return [secret for secret in secrets if any(spelling in everything for spelling in spellings(secret))]


@pytest.mark.parametrize("allowed", [False, True])
def test_made_up_logs_leave_no_address(db: Db, writer: str, tmp_path: Path, allowed: bool) -> None:
    if allowed:
        db.call("allow_extra_key", key="note")
    made = list(nights(companies=30))
    planted = [secret for night in made for secret in night.planted]
    assert len(planted) > 20
    assert import_files(writer, [night.write(tmp_path) for night in made]).complete
    assert found(db, planted) == []
    assert "email:h1:" in dump(db)


def objects(file: Path) -> list[Any]:
    with gzip.open(file) as lines:
        return [json.loads(line) for line in lines]


def personal(events: Path) -> tuple[list[Any], dict[tuple[str, int], Any]]:
    manifest = objects(events / "pii_manifest.jsonl.gz")
    return manifest, {
        (file.name, number): line
        for file in events.glob("*tenant*.jsonl.gz")
        for number, line in enumerate(objects(file), 1)
    }


@pytest.mark.parametrize("allowed", [False, True])
def test_shared_logs_leave_nothing_that_must_go(db: Db, writer: str, shared_events: list[Path], allowed: bool) -> None:
    if allowed:
        db.call("allow_extra_key", key="note")
    assert import_files(writer, shared_events).complete
    manifest, _ = personal(shared_events[0].parent)
    assert found(db, {one["raw"] for one in manifest if one["must_redact"]}) == []


def test_harmless_notes_survive_where_notes_are_allowed(db: Db, writer: str, shared_events: list[Path]) -> None:
    db.call("allow_extra_key", key="note")
    assert import_files(writer, shared_events).complete
    manifest, lines = personal(shared_events[0].parent)
    benign = [one for one in manifest if one["kind"] == "BENIGN"]
    kept = {
        note for (note,) in db.rows("select distinct extra ->> 'note' from obs.run_event_logs where extra ? 'note'")
    }
    whole = [one for one in benign if lines[one["file"], one["line"]]["extra"]["note"] in kept]
    assert len(benign) > 30
    assert len(whole) >= 0.95 * len(benign), [one["raw"] for one in benign if one not in whole]
