"""What somebody wrote into an event is text wherever it is shown: on a terminal, in a log file, in a table."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from obs_client import AttachedRun, Client, Settings
from obs_client.cli import status as status_verb
from obs_client.cli.reconcile import show
from obs_client.logging_handler import JsonFormatter

EVIL = "x\x1b[2J\x1b]0;owned\x07\r\nnext\u2028line\x85end\x9b31m\u202eevil\u2066\x00"
ORDERS = set("\x1b\x07\r\x9b\u202e\u2066\x85\u2028\x00")


class Answer:
    """A connection that has one answer."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def execute(self, *_: object) -> Answer:
        return self

    def fetchall(self) -> list[Any]:
        return self.rows


@pytest.mark.parametrize("terminal", ["1", ""])
def test_status_obeys_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: str
) -> None:
    monkeypatch.setattr(status_verb, "opened", lambda _: Answer([(EVIL, "red", EVIL, EVIL)]))
    monkeypatch.setattr(status_verb.Console, "is_terminal", bool(terminal))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert status_verb.status(None) == 1
    out = capsys.readouterr().out
    assert "owned" in out
    assert not ORDERS & set(out)
    assert terminal or out.count("\n") == 1


def test_reconcile_obeys_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    from types import SimpleNamespace

    counts = dict.fromkeys(
        ("listed", "stored", "thinned", "dropped", "missing", "extra", "differing", "quarantined"), 0
    )
    show(
        SimpleNamespace(  # type: ignore[arg-type]
            run_id=EVIL, tenant_id=EVIL, counts=counts, match_pct=100, worst_off_pct=0, totals=[], findings=[],
            within_limit=True,
        )
    )  # fmt: skip
    out = capsys.readouterr().out
    assert "owned" in out
    assert not ORDERS & set(out)


def test_one_event_is_one_line_of_the_log_file(tmp_path: Path) -> None:
    client = Client(Settings(spool_dir=tmp_path, dsn=""))
    for _ in range(3):
        AttachedRun(client, "a", "r1").log("page", stage=EVIL, company_id=EVIL, error_msg=EVIL, note=EVIL)
    client.close()
    text = "".join(path.read_bytes().decode() for path in sorted(tmp_path.rglob("*")) if path.is_file())
    lines = text.split("\n")[:-1]
    events = [json.loads(line) for line in lines]
    assert sum(event["event"] == "page" for event in events) == 3
    assert not {"\x1b", "\r", "\x00", "\x07"} & set(text)


def test_one_record_of_logging_is_one_line() -> None:
    record = logging.LogRecord("obs.stage", logging.INFO, "x", 1, EVIL, (), None)
    record.company_id = record.error_msg = record.note = EVIL
    made = JsonFormatter().format(record)
    assert "\n" not in made
    assert "\r" not in made
    assert "\x1b" not in made
    assert isinstance(json.loads(made), dict)
