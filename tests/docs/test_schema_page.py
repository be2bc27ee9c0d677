"""docs/schema.md is what the database says of itself."""

from __future__ import annotations

import os
import runpy

from support.db import Db
from support.install import ROOT


def test_the_page_is_current(db: Db) -> None:
    made = runpy.run_path(str(ROOT / "tools" / "schema_doc.py"))["schema_doc"](db.conn)
    if os.environ.get("OBS_DOCS_WRITE"):
        (ROOT / "docs" / "schema.md").write_text(made)
    assert (ROOT / "docs" / "schema.md").read_text() == made, "run: OBS_DOCS_WRITE=1 make test-fast ARGS=tests/docs"
