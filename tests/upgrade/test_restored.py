"""What obs 0.1.0 wrote, upgraded, dumped and restored elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.backup import RECIPES, copy
from support.cluster import Cluster
from support.db import Db
from support.install import install
from support.snapshot import catalog, contents
from support.snapshot import restored as as_restored

# What an installation writes by its own clock: rules, numbers and pages of its version.
NEW_ROWS = {"schema_migrations", "dump_marker", "alert_rules", "alert_thresholds", "runbooks", "runbook_checks"}


@pytest.mark.parametrize("recipe", RECIPES)
def test_an_upgraded_database_comes_back_equal(
    old_server: Cluster, elsewhere: Cluster, tmp_path: Path, recipe: str
) -> None:
    db = Db(old_server.connect("old"))
    install(db.dsn)
    restored = copy(db, elsewhere, tmp_path, recipe)
    assert contents(restored) == contents(db)
    assert as_restored(catalog(restored)) == as_restored(catalog(db))
    restored.execute("insert into app.runs values ('h9', 'alba', now(), null, 'running')")
    assert restored.one("select count(*) from obs.enrichment_runs where run_id = 'h9'") == 1
    restored.close()
    db.close()


def test_a_dump_of_0_1_is_restored_and_then_upgraded(old_server: Cluster, elsewhere: Cluster, tmp_path: Path) -> None:
    db = Db(old_server.connect("old"))
    restored = copy(db, elsewhere, tmp_path, "psql")
    for one in (db, restored):
        install(one.dsn)
    assert as_restored(catalog(restored)) == as_restored(catalog(db))
    kept = {name for name in contents(db) if name not in NEW_ROWS}
    assert {name: contents(restored)[name] for name in kept} == {name: contents(db)[name] for name in kept}
    assert [row.state for row in restored.calls("status") if row.check_name == "backup"] == ["green"]
    restored.close()
    db.close()
