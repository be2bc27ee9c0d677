"""Imported nights raise the alerts they should, no others of the PRD's list, and a clean run ends them."""

from __future__ import annotations

import json
from pathlib import Path

from obs_client.importing import import_files
from support.alerts import Watch
from support.db import Db

# The alerts of the PRD; OE-06, which it has a runbook for but no alert, is counted apart.
PRD = ("MV-01", "CR-02", "VQ-03", "OA-04", "CC-05")


def raised(db: Db, tenant: object, run: object) -> list[str]:
    """Codes that were in breach in this run, as expected_totals.json writes them."""
    found = db.rows(
        """select distinct alert_code, subject, severity from obs.alert_observations
        where tenant_id = %s and run_id = %s and verdict = 'breach' and alert_code = any(%s)""",
        (str(tenant), str(run), list(PRD)),
    )
    names = {
        "VQ-03": lambda row: f"VQ-03:{row.subject}",
        "CR-02": lambda row: "CR-02-escalate" if row.severity == "page" else "CR-02",
    }
    return sorted(names.get(row.alert_code, lambda row: row.alert_code)(row) for row in found)


def test_shared_logs_raise_what_they_should(db: Db, shared_events: list[Path]) -> None:
    expected = json.loads((shared_events[0].parent / "expected_totals.json").read_text())["runs"]
    assert len(expected) >= 6
    for night in sorted(expected, key=lambda one: one["started_at"]):
        import_files(db.dsn_for("test_writer"), [shared_events[0].parent / night["file"]])
        wanted = sorted(night["expected_alerts"])
        assert raised(db, night["tenant_id"], night["run_id"]) == wanted, night["file"]
        firing = set(Watch(db).active(str(night["tenant_id"])))
        assert {name.split(":")[0] for name in firing if name[:5] in PRD} == {
            name.removesuffix("-escalate").split(":")[0] for name in wanted
        }, "what the next run does not show any more is over"
