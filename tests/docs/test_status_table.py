"""The table of docs/operations.md explains every check that obs.status() can show."""

from __future__ import annotations

import re

from support.db import Db
from support.install import ROOT, SQL

TABLE = re.findall(r"^\| (`.*?) \|.*\|.*\|.*\|$", (ROOT / "docs" / "operations.md").read_text(), re.M)
# Some checks show only beside pg_cron, or once a forwarder was seen: their names are those that the SQL files select.
NAMED = {
    name
    for path in (SQL / "functions" / "run").glob("_status_*.sql")
    for name in re.findall(r"return query\s+select\s+'([a-z_ ]+?)',", path.read_text())
}


def test_every_check_has_a_row(db: Db) -> None:
    explained = {name for cell in TABLE for name in re.findall(r"`([^`]+)`", cell)}
    shown = {row.check_name for row in db.calls("status")}
    assert {name for name in shown if not name.startswith("job ")} <= NAMED
    assert {"pg_cron login", "channels"} <= NAMED
    assert (shown | NAMED) - explained == set()
