"""The recipes of docs/operations.md for a backup and its restore, run as a reader would run them."""

from __future__ import annotations

from pathlib import Path

from support.cluster import Cluster
from support.db import Db
from support.install import ROOT
from support.snippets import Reader, snippets

_SECTION = (ROOT / "docs" / "operations.md").read_text().split("\n## Backup and restore\n")[1].split("\n## ")[0]
_ROLE, _CUSTOM, _RESTORE_CUSTOM, _PLAIN, _RESTORE_PLAIN = [
    snippet for snippet in snippets(_SECTION) if snippet.remark != "not run"
]
RECIPES = {"pg_restore": (_CUSTOM, _RESTORE_CUSTOM), "psql": (_PLAIN, _RESTORE_PLAIN)}


def copy(source: Db, elsewhere: Cluster, place: Path, recipe: str) -> Db:
    """The source's database, dumped and restored on a server that has never heard of it, roles included."""
    dump, restore = RECIPES[recipe]
    here, there = Reader(source.dsn, place), Reader(elsewhere.dsn(), place)
    try:
        here.run(_ROLE)
        here.run(dump)
        there.run(restore)
    finally:
        here.close()
        there.close()
    return Db(elsewhere.connect(source.conn.info.dbname))
