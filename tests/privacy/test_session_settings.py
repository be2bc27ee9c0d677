"""A session's settings change nothing of what redaction does."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import line, log_lines, start

TEXTS = (
    "mail jo%40example.com and jo\\u0040example.com, %2540",
    "password: hunter2xyz Authorization: Bearer abcdefgh12345678 token=abcdefgh12345678",
    "https://user:pw12345@host/x call phone: 415 555 0123",
    "\\\\u006a\\\\u006f@example.com",
    "jo@example.com " + "word " * 1500 + "x" * 300 + " jo@example.com",
)
EXTRA = {"apiKey": "hello", "phoneNumber": "12345", "firstName": "Jo", "X-Api-Key": "abc", "note": "see a b"}


@pytest.mark.parametrize("setting", ["standard_conforming_strings = off", "transform_null_equals = on"])
def test_a_session_setting_changes_nothing_that_is_stored(db: Db, setting: str) -> None:
    start(db)
    stored = []
    for session in (db.login(), db.login()):
        if stored:
            session.execute(f"set {setting}")
        lines = [line("r1", error_msg=text, extra=EXTRA, ts="2026-11-23 10:00") for text in TEXTS]
        assert log_lines(session, lines) == (len(TEXTS), 0, 0)
        stored.append(db.rows("select error_msg, extra, ts from obs.run_event_logs order by error_msg"))
        db.execute("delete from obs.run_event_logs")
    assert stored[0] == stored[1]
    assert stored[0][0].extra["apiKey"] != "hello"
