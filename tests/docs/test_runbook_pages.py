"""docs/runbooks holds the runbooks as the database has them."""

from __future__ import annotations

import os
import runpy

from support.db import Db
from support.install import ROOT

PAGES = ROOT / "docs" / "runbooks"


def test_the_pages_are_current(db: Db) -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "runbook_pages.py"))
    made = tool["runbook_pages"](db.conn)
    if os.environ.get("OBS_DOCS_WRITE"):
        tool["write"](made)
    there = {path.name: path.read_text() for path in PAGES.glob("*.md")}
    assert there == made, "run: OBS_DOCS_WRITE=1 make test-fast ARGS=tests/docs"
