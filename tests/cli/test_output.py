"""What a log file's ids and messages put on the terminal is text, never an order to it."""

from __future__ import annotations

import pytest

from obs_client.cli.listing import took
from obs_client.cli.output import complain, note, table

HOSTILE = "run\x1b[2J\x1b]0;owned\x07\r\x9b31m\u202eevil\nnext"


def test_no_escape_reaches_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    complain(HOSTILE)
    note(HOSTILE)
    table(("run", "n"), [(HOSTILE, 1), ("läuft – 1", 2)])
    out, err = capsys.readouterr()
    assert not set("\x1b\x07\r\x9b\u202e") & set(out + err)
    assert (err.count("\n"), out.count("\n")) == (2, 3)
    assert "läuft – 1" in out


def test_a_minute_is_said_as_one() -> None:
    assert [took(ms) for ms in (None, 999, 1000, 59_949, 59_960, 3_599_400, 3_600_000)] == [
        "", "999 ms", "1.0 s", "59.9 s", "1 min 0 s", "59 min 59 s", "1 h 0 min",
    ]  # fmt: skip
