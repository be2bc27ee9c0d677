"""Log files held against the database: equal after an import; what was changed by hand is named, no more."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from obs_client.importing import import_files
from obs_client.reconcile import Reconciliation, reconcile
from support.db import Db
from support.loglines import Night, nights

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


def verdicts(result: Reconciliation) -> list[tuple[str, str]]:
    return sorted((finding.verdict, finding.event_id) for finding in result.findings)


def test_imported_logs_agree_in_every_number(writer: str, ops: str, tmp_path: Path) -> None:
    files = [night.write(tmp_path) for night in nights(companies=20)]
    import_files(writer, files)
    results = reconcile(ops, files)
    assert len(results) == len(files)
    assert all(result.exact for result in results), results
    assert {(row["scope"], row["measure"]) for row in results[0].totals} >= {
        *(("stage", "count_total"), ("stage", "cost_usd"), ("stage", "count_retry"), ("stage", "tokens_output")),
        *(("vendor", "calls"), ("vendor", "rate_limit_hits"), ("vendor", "quota_hits"), ("vendor", "cost_usd")),
    }


def test_seven_rows_deleted_and_three_costs_altered_are_named(
    db: Db, writer: str, ops: str, obs: Run, tmp_path: Path
) -> None:
    night = Night(101, 5001, companies=400)
    file = night.write(tmp_path)
    import_files(writer, [file])
    assert len(night.lines) > 4_000
    deleted = db.rows(
        """delete from obs.run_event_logs where event_id in (
            select event_id from obs.run_event_logs order by md5(event_id::text) limit 7
        ) returning event_id::text"""
    )
    altered = db.rows(
        """update obs.run_event_logs set cost_usd = cost_usd + 0.000001 where event_id in (
            select event_id from obs.run_event_logs where cost_usd > 0 order by md5(event_id::text) limit 3
        ) returning event_id::text"""
    )
    result = one(ops, file)
    wanted = [("missing", event_id) for (event_id,) in deleted] + [("differing", event_id) for (event_id,) in altered]
    assert verdicts(result) == sorted(wanted)
    assert [finding.fields for finding in result.findings if finding.verdict == "differing"] == [["cost_usd"]] * 3
    lines = file.read_bytes().splitlines()
    for finding in result.findings:
        assert finding.place is not None
        assert json.loads(lines[finding.place[1] - 1])["stage"] == finding.listed.get("stage")
    assert result.match_pct == Decimal(1_000_000 * (len(lines) - 10) // len(lines)) / 10_000
    assert result.worst_off_pct == 0
    done = obs("reconcile", "5001", file, dsn=ops)
    assert done.returncode == 0
    assert sorted(line.split()[0] for line in done.stdout.splitlines() if f"{file}:" in line) == [
        *["differing"] * 3,
        *["missing"] * 7,
    ]
    import_files(writer, [file])
    assert {finding.verdict for finding in one(ops, file).findings} == {"differing"}


def test_an_altered_price_by_card_is_found(db: Db, writer: str, ops: str, night: Night, tmp_path: Path) -> None:
    db.call("set_price", vendor="tavily", unit="call", price_usd=0.008)
    lines = [json.loads(line) for line in night.lines]
    for line in lines:
        if line["vendor"] == "tavily":
            line["cost_usd"] = None
    file = tmp_path / "unpriced.log"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n")
    import_files(writer, [file])
    assert one(ops, file).exact
    changed = db.rows(
        """update obs.run_event_logs set cost_usd = cost_usd * 2 where event_id in (
            select event_id from obs.run_event_logs where cost_source = 'price_card' and cost_usd > 0 limit 3
        ) returning event_id::text"""
    )
    assert verdicts(one(ops, file)) == sorted(("differing", event_id) for (event_id,) in changed)


def test_extra_events_are_named(db: Db, ops: str, file: Path, night: Night) -> None:
    db.call("log_event", run_id="5001", stage="crawl", event="finish", status="success", company_id="added")
    result = one(ops, file)
    assert [finding.verdict for finding in result.findings] == ["extra"]
    assert result.findings[0].place is None
    off = {row["measure"]: (row["expected"], row["stored"]) for row in result.totals if row["off_pct"]}
    assert off == {"count_total": (60, 61), "count_success": (off["count_success"][1] - 1, off["count_success"][1])}


def test_totals_off_by_more_than_two_percent_fail(db: Db, ops: str, obs: Run, file: Path) -> None:
    db.execute("update obs.run_stage_stats set cost_usd_exact = cost_usd_exact * 1.02 where stage = 'lusha'")
    assert obs("reconcile", "5001", file, dsn=ops).returncode == 0
    db.execute("update obs.run_stage_stats set cost_usd_exact = cost_usd_exact * 1.02 where stage = 'lusha'")
    done = obs("reconcile", "5001", file, dsn=ops)
    assert done.returncode == 1
    assert "NOT within 2 %" in done.stdout
    assert "in files" in done.stdout


def test_what_cannot_be_read_is_told_and_is_no_proof(writer: str, ops: str, obs: Run, file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + b"Traceback (most recent call last):\n{\n")
    done = obs("reconcile", "5001", file, dsn=ops)
    assert done.returncode == 1
    assert "match 100.0000 %" in done.stdout
    number = whole.count(b"\n") + 1
    assert done.stderr == (
        f"obs: {file}: lines that cannot be read and are not compared: 2, the first is line {number}: not valid JSON\n"
    )
    cut = file.with_suffix(".gz")
    cut.write_bytes(gzip.compress(whole)[:-200])
    done = obs("reconcile", "5001", cut, dsn=ops)
    assert done.returncode == 1
    assert done.stderr == (f"obs: {cut}: its compressed data ends early; only what could be read before is compared\n")


def test_more_than_two_percent_missing_fail(db: Db, ops: str, obs: Run, file: Path) -> None:
    db.execute("delete from obs.run_event_logs where stage = 'score' and kind = 'item'")
    done = obs("reconcile", "5001", file, dsn=ops)
    assert done.returncode == 1
    assert done.stdout.count("missing  ") == 60


def test_a_recorded_gap_is_an_alert_and_an_agreement_ends_it(db: Db, obs: Run, file: Path, writer: str) -> None:
    admin = db.dsn_for("test_admin")
    lost = "delete from obs.run_event_logs where event_id in (select event_id from obs.run_event_logs limit 30)"
    db.execute(lost)
    done = obs("reconcile", "5001", file, "--record", dsn=admin)
    assert done.returncode == 1
    fired = "select value > 0.02 from obs.alert_active where alert_code = 'RC-12' and run_id = '5001'"
    assert db.rows(fired) == [(True,)]
    db.execute("select obs.discard_run('5001')")
    import_files(writer, [file])
    done = obs("reconcile", "5001", file, "--record", dsn=admin)
    assert (done.returncode, done.stderr) == (0, "")
    assert db.rows(fired) == []
