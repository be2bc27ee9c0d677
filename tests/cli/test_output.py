"""What a log file's ids and messages put on the terminal is text, never an order to it."""

from __future__ import annotations

import pytest

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
