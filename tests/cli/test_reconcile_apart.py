"""Comparing what is not plainly stored: thinned, quarantined, unfolded events, odd lines, runs of several tenants."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from obs_client.errors import AmbiguousRunError, UnknownRunError
from obs_client.importing import import_files
from obs_client.reconcile import Reconciliation, reconcile
from support.db import Db
from support.loglines import Night

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def night() -> Night:
    return Night(101, 5001, companies=60)


@pytest.fixture
def file(writer: str, night: Night, tmp_path: Path) -> Path:
    path = night.write(tmp_path)
    assert import_files(writer, [path]).complete
    return path


def one(dsn: str, *files: Path, **only: str) -> Reconciliation:
    (result,) = reconcile(dsn, files, **only)
    return result


def test_thinned_events_are_told_apart(db: Db, writer: str, ops: str, file: Path) -> None:
    db.execute("""select obs.set_setting('capture', '"errors"')""")
    db.execute("update obs.enrichment_runs set finished_at = '2026-11-18'")
    for moment in ("2027-01-01 00:00Z", "2027-01-01 02:00Z", "2027-01-01 04:00Z"):
        db.set_now(moment)
        db.execute("select obs._thin_events()")
    gone = db.one("select count(*) from obs.run_event_logs")
    result = one(ops, file)
    assert result.counts["thinned"] == result.counts["listed"] - gone > 100
    assert (result.source, result.exact, result.findings) == ("mixed", True, [])
    db.execute(
        """delete from obs.run_event_logs where event_id = (
            select event_id from obs.run_event_logs where status = 'error' limit 1)"""
    )
    assert [finding.verdict for finding in one(ops, file).findings] == ["missing"]


def test_quarantined_events_are_told_apart(db: Db, writer: str, ops: str, night: Night, tmp_path: Path) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    first.write_bytes(b"\n".join(night.lines[:100]) + b"\n")
    second.write_bytes(b"\n".join(night.lines[100:]) + b"\n")
    import_files(writer, [first])
    db.execute("update obs.event_days set dropped_at = now()")
    import_files(writer, [second])
    db.execute("update obs.event_days set dropped_at = null")
    result = one(ops, first, second)
    assert result.counts["quarantined"] == len(night.lines) - 100
    assert {finding.reason for finding in result.findings} == {"expired"}
    assert not result.within_limit


def test_numbers_that_are_not_folded_yet_count(db: Db, writer: str, ops: str, night: Night, tmp_path: Path) -> None:
    parts = tmp_path / "part.log.1", tmp_path / "part.log"
    for part, lines in zip(parts, (night.lines[:-50], night.lines[-50:-2]), strict=True):
        part.write_bytes(b"\n".join(lines) + b"\n")
        import_files(writer, [part])
    assert db.one("select count(*) from obs.stage_deltas") > 0
    assert one(ops, *parts).exact


def test_events_with_ids_of_their_own_agree(db: Db, writer: str, ops: str, night: Night, tmp_path: Path) -> None:
    spool = tmp_path / "obs-1-0123456789abcdef.log"
    lines = [
        {**json.loads(line), "event_id": f"01890A5D-ac96-874b-800e-{n:012x}"} for n, line in enumerate(night.lines)
    ]
    spool.write_text("\n".join(map(json.dumps, lines)) + "\n")
    import_files(writer, [spool])
    assert one(ops, spool).exact


def test_odd_lines_agree_too(db: Db, writer: str, ops: str, tmp_path: Path) -> None:
    db.call("create_tenant", tenant_id="101")
    night = Night(101, 5001, companies=1)
    item = {**json.loads(night.lines[2]), "event": "finish", "status": "success"}
    odd = [
        {**item, "logger": None},
        {**item, "status": None, "company_id": 7},
        {**item, "stage": "s" * 300},
        {**item, "stage": "mail to a.b@example.com"},
        {**item, "event": "vendor_call", "logger": None, "vendor": None, "cost_usd": -1},
        {
            **item,
            "event": "vendor_call",
            "logger": "obs.vendor",
            "vendor": "x\ty",
            "tokens_input": 10**13,
            "cost_usd": "0.5",
        },
        {**item, "event": None, "logger": "obs.qa"},
        {**item, "logger": "my.app", "event": "metric", "extra": {"name": "n", "value": 1}},
    ]
    file = tmp_path / "odd.log"
    file.write_bytes(night.lines[0] + b"\n" + "\n".join(map(json.dumps, odd)).encode() + b"\n")
    assert import_files(writer, [file]).complete
    result = one(ops, file)
    assert result.findings == []
    assert [row for row in result.totals if row["off_pct"]] == []
    assert result.exact


def test_whose_run_it_is(db: Db, ops: str, obs: Run, writer: str, file: Path, night: Night, tmp_path: Path) -> None:
    assert "none of the files has a line of run 7777" in obs("reconcile", "7777", file, dsn=ops).stderr
    unknown = Night(101, 6666, companies=1).write(tmp_path)
    done = obs("reconcile", "6666", unknown, dsn=ops)
    assert (done.returncode, done.stdout) == (2, "")
    assert "OB002" in done.stderr
    with pytest.raises(UnknownRunError):
        reconcile(db.dsn_for("test_reader_a"), [file])
    other = Night(102, 5001, companies=2).write(tmp_path)
    import_files(writer, [other])
    assert [result.tenant_id for result in reconcile(ops, [file, other], "5001")] == ["101", "102"]
    assert one(ops, file, other, run_id="5001", tenant_id="102").exact
    bare = tmp_path / "bare.log"
    bare.write_text(
        json.dumps({"ts": "2026-11-18T01:00:00Z", "run_id": 5001, "event": "finish", "stage": "crawl"}) + "\n"
    )
    with pytest.raises(AmbiguousRunError):
        reconcile(ops, [bare])
