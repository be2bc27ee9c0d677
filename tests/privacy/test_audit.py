"""privacy_audit finds what came in past the door, in whatever column it stands, and never repeats it."""

from __future__ import annotations

import gzip
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import item, line, log_lines, refused, start, vendor_call

RAW = "jane.roe@planted.example.com"
TEXTS = {
    "email": RAW,
    "secret": "postgres://admin:hunter2secret@10.0.0.1/db",
    "card": "card 4111111111111111",
    "iban": "pay GB29NWBK60161331926819",
    "phone": "call +442071838750 now",
    "ssn": "ssn 078-05-1120",
}


@pytest.fixture
def filled(db: Db) -> Db:
    start(db, "r1")
    item(db, "r1", "crawl", ok=False, error_msg="timeout", extra={"bucket": "High"}, company_id="c1")
    log_lines(db, [line("unknown")])
    db.call("finish_run", run_id="r1", tenant_id="a")
    db.call("set_setting", key="silence_timeout_s", value=Jsonb(7777), tenant_id="a")
    db.call("set_route", route_name="own", channel="mail", tenant_id="a", severities=["page"])
    return db


def found(report: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(one["table"], one["column"], one["kind"]) for one in report["findings"]}


def test_a_clean_database_is_clean_and_the_report_says_what_was_read(filled: Db) -> None:
    report = filled.call("privacy_audit")
    assert (report["verdict"], report["findings"], report["findings_total"]) == ("clean", [], 0)
    assert report["canaries"]["planted"] == report["canaries"]["caught"] >= 30
    tables = {one["table"]: one for one in report["tables"]}
    every = filled.rows(
        """select relname from pg_class
        where relnamespace = 'obs'::regnamespace and relkind in ('r', 'p') and not relispartition"""
    )
    unread = {name for (name,) in every} - set(tables)
    assert unread <= {one["table"] for one in report["excluded"]}
    assert tables["run_event_logs"]["rows"] == 1
    assert tables["run_event_logs"]["cells"] > 5
    assert all(one["reason"] for one in report["excluded"])
    assert ["pepper"] in [one["columns"] for one in report["excluded"] if one["table"] == "tenant_peppers"]
    kept = filled.row("select * from obs.privacy_audits where tenant_id is null")
    assert (kept.verdict, kept.rows_scanned, kept.report) == ("clean", report["rows_scanned"], report)
    assert filled.one("select count(*) from obs.audit_log where action = 'privacy_audit'") == 1
    assert filled.one("select count(*) from obs.enrichment_runs") == 1


SAMPLES = {
    "jsonb": "{}",
    "boolean": "true",
    "uuid": str(uuid.UUID(int=7)),
    "date": "2026-01-01",
    "time without time zone": "12:00",
    "timestamp with time zone": "2026-01-01",
    "interval": "1 day",
}


def put_row(db: Db, relation: str) -> None:
    """A row in a table that has none, whatever its constraints say; the transaction is rolled back."""
    for (constraint,) in db.rows(
        "select conname from pg_constraint where conrelid = %s::regclass and contype = 'c'", (relation,)
    ):
        db.execute(f"alter table {relation} drop constraint if exists {constraint}")
    columns = db.rows(
        """select attname, atttypid::regtype::text as kind from pg_attribute where attrelid = %s::regclass
        and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''""",
        (relation,),
    )
    samples = ", ".join(f"'{SAMPLES.get(kind, '{}' if kind.endswith('[]') else '1')}'::{kind}" for _, kind in columns)
    if not db.one(f"select count(*) from {relation}"):
        db.execute(f"insert into {relation} ({', '.join(name for name, _ in columns)}) values ({samples})")


def test_what_is_planted_in_any_column_is_found_there(filled: Db) -> None:
    """Every column of every table and partition takes the raw text, past all constraints, and is found."""
    quiet, kinds = [], set()
    columns = filled.rows(
        """select c.relation::text, c.column_name, c.how, a.atttypid::regtype::text as kind
        from obs._scanned_columns() c
        join pg_attribute a on a.attrelid = c.relation and a.attname = c.column_name
        where c.how is not null order by 1, 2"""
    )
    for relation, column, how, kind in columns:
        raw = f"see {RAW}"
        value: Any = {"jsonb": Jsonb({"deep": [{"note": raw}]}), "text[]": ["x", raw]}.get(kind, raw)
        with filled.conn.transaction(force_rollback=True):
            filled.execute("set local session_replication_role = replica")
            put_row(filled, relation)
            update = f"update {relation} set {column} = %s where ctid = (select min(ctid) from {relation})"
            filled.execute(update, (value,))
            scan = filled.one("select obs._scan_relation(%s::regclass, null)", (relation,))
        if [one["column"] for one in scan["findings"]] != [column]:
            quiet.append((relation, column, scan["findings"]))
        assert "jane.roe" not in json.dumps(scan)
        kinds.add((how, kind))
    assert quiet == []
    assert len(columns) >= 200
    assert {how for how, _ in kinds} == {"id", "text", "list", "json", "extra"}


@pytest.mark.parametrize("kind", TEXTS)
def test_every_kind_is_named_by_table_and_column(filled: Db, kind: str) -> None:
    filled.execute("update obs.run_event_logs set error_msg = %s", (TEXTS[kind],))
    filled.execute("update obs.quarantined_events set payload = payload || %s", (Jsonb({"error_msg": TEXTS[kind]}),))
    filled.execute("update obs.enrichment_runs set meta = %s", (Jsonb({TEXTS[kind]: 1}),))
    report = filled.call("privacy_audit")
    assert report["verdict"] == "dirty"
    assert found(report) == {
        ("run_event_logs", "error_msg", kind),
        ("quarantined_events", "payload", kind),
        ("enrichment_runs", "meta", kind),
    }
    assert TEXTS[kind] not in json.dumps(report)
    assert TEXTS[kind] not in filled.one("select string_agg(a::text, '') from obs.privacy_audits a")
    key = next(one["key"] for one in report["findings"] if one["table"] == "run_event_logs")
    assert (key["run_id"], key["tenant_id"]) == ("r1", "a")


def test_an_audit_raises_the_alert_and_a_clean_one_ends_it(filled: Db) -> None:
    filled.execute("update obs.run_event_logs set error_msg = %s", (RAW,))
    filled.call("privacy_audit")
    alert = filled.row("select * from obs.alerts where alert_code = 'PV-14'")
    assert (alert.tenant_id, alert.subject, alert.state, alert.severity) == ("a", "audit", "firing", "page")
    said = filled.call("run_check", alert_id=alert.alert_id, check_name="audit_findings")
    assert said["finding"] == "raw data stands in run_event_logs.error_msg"
    filled.execute("update obs.run_event_logs set error_msg = null")
    filled.call("privacy_audit")
    assert filled.one("select state from obs.alerts where alert_code = 'PV-14'") == "resolved"


def test_numbers_of_ids_raise_nothing(db: Db) -> None:
    start(db, "r1", kind="+49 170 1234567")
    for n in range(60):
        vendor_call(db, "r1", "4155552671", status="error", error_code="rate_limit", company_id=f"c{n}")
    item(db, "unknown", "415 555 2671", company_id="12 345 678", vendor="078-05-1120", error_code="vendor 415 555 2671")
    db.call("finish_run", run_id="r1", tenant_id="a")
    db.call("tick")
    assert db.one("select kind from obs.enrichment_runs") == "phone:masked"
    told = [
        summary for (summary,) in db.rows("select summary from obs.alert_observations where subject = '4155552671'")
    ]
    assert told
    assert not any("4155552671" in summary for summary in told)
    assert db.one("select payload ->> 'company_id' from obs.quarantined_events") == "12 345 678"
    report = db.call("privacy_audit")
    assert (report["verdict"], report["findings"]) == ("clean", [])


def test_the_payload_of_a_quarantined_event_is_read_all_the_same(filled: Db) -> None:
    filled.execute(
        """update obs.quarantined_events set payload = payload || '{"company_id": "jane@brindle.example"}'"""
    )
    assert found(filled.call("privacy_audit")) == {("quarantined_events", "payload", "email")}


def test_administrators_doors_keep_no_raw_text(db: Db) -> None:
    phone, token = "+49 170 1234567", "ghp_" + "Zq7Vb2Xw9Lk4Tn6Rm8Py3Hd5Gf1Jc0Ks7Wu2"
    start(db, "r1")
    db.call("create_tenant", tenant_id="c", display_name=f"Brindle, ask {RAW} or {phone}")
    db.call("set_metric", run_id="r1", name="funnel_loss", value=1, reason=f"call {phone}", tenant_id="a")
    db.call("map_error_code", vendor=f"v {RAW}", error_code=f"no {RAW}", meaning="quota", tenant_id="a")
    db.execute("select obs.silence('known', '1 hour', 'a', p_subject => %s)", (f"v {RAW}",))
    for refusal in (
        refused(db.call, "create_tenant", tenant_id=token),
        refused(db.call, "allow_extra_key", key=token),
    ):
        assert refusal.sqlstate == "22023"
        assert token not in str(refusal)
    report = db.call("privacy_audit")
    assert (report["verdict"], report["findings"]) == ("clean", [])
    assert db.one("select count(*) from obs.audit_log l where position(%s in l::text) > 0", (RAW,)) == 0


def test_an_audit_with_a_rule_off_is_dirty_though_it_finds_nothing(filled: Db) -> None:
    filled.execute("update obs.run_event_logs set error_msg = %s", (RAW,))
    filled.execute(
        "create or replace function obs._suspect(p_text text) returns boolean language sql immutable return false"
    )
    report = filled.call("privacy_audit")
    assert report["findings_total"] == 0
    assert report["verdict"] == "dirty"
    assert "email" in report["canaries"]["missed"]


def test_a_tenants_audit_reads_its_rows_alone(db: Db, tenants: tuple[str, str]) -> None:
    for tenant in tenants:
        start(db, f"r-{tenant}", tenant_id=tenant)
        item(db, f"r-{tenant}", "crawl", ok=False, error_msg="x", tenant_id=tenant)
        db.call("finish_run", run_id=f"r-{tenant}", tenant_id=tenant)
    db.execute("update obs.run_event_logs set error_msg = %s where tenant_id = 'b'", (RAW,))
    assert db.call("privacy_audit", tenant_id="a")["verdict"] == "clean"
    assert db.call("privacy_audit")["verdict"] == "dirty"
    reader = db.login("test_reader_a")
    assert (
        reader.rows("select tenant_id, verdict, findings from obs.privacy_audits order by audit_id")
        == [("a", "clean", 0)] * 2
    )
    assert "run_event_logs" not in reader.one(
        "select string_agg(a.report ->> 'findings', '') from obs.privacy_audits a"
    )
    assert reader.one("select sum(rows_scanned) from obs.privacy_audits") < db.one(
        "select max(rows_scanned) from obs.privacy_audits where tenant_id is null"
    )
    assert db.rows("select tenant_id from obs.alerts where alert_code = 'PV-14'") == [("b",)]
    assert refused(reader.call, "privacy_audit").sqlstate == "42501"
    assert refused(db.call, "privacy_audit", tenant_id="nobody").sqlstate == "OB001"


def test_closed_days_are_audited_once_each(db: Db) -> None:
    db.set_now("2026-01-10 12:00Z")
    for day in ("2026-01-07", "2026-01-08", "2026-01-09"):
        start(db, day, started_at=f"{day} 02:00Z")
        item(db, day, "crawl", ok=False, error_msg="x", ts=f"{day} 02:01Z")
        db.call("finish_run", run_id=day, tenant_id="a")
    db.execute("update obs.run_event_logs set error_msg = %s where run_day = '2026-01-08'", (RAW,))
    assert [db.one("select obs._audit_day(1)") > 0 for _ in range(20)].count(True) == 2
    days = db.rows("select run_day::text, verdict from obs.privacy_audits where tenant_id = 'a' order by run_day")
    assert days == [("2026-01-07", "clean"), ("2026-01-08", "dirty")]
    assert db.one("select state from obs.alerts where alert_code = 'PV-14' and subject = 'audit'") == "firing"
    db.execute("update obs.run_event_logs set error_msg = null where run_day = '2026-01-08'")
    db.call("privacy_audit")
    assert db.one("select state from obs.alerts where alert_code = 'PV-14' and subject = 'audit'") == "resolved"


def test_a_day_is_audited_in_pieces_to_the_same_report(db: Db) -> None:
    db.set_now("2026-01-10 12:00Z")
    start(db, "r1", started_at="2026-01-07 02:00Z")
    log_lines(db, [line("r1", ts="2026-01-07 02:01Z", status="error", error_msg=f"text {n}") for n in range(400)])
    db.call("finish_run", run_id="r1", tenant_id="a")
    db.execute("update obs.run_event_logs set error_msg = %s where error_msg like %s", (RAW, "%7"))
    in_one = db.one("select obs._scan_relation('obs.run_event_logs_20260107', null)")
    pieces = []
    while (rows := db.one("select obs._audit_day(4)")) > 0:
        pieces.append(rows)
    assert len(pieces) > 2
    report = db.one("select report from obs.privacy_audits where tenant_id is null")
    assert sum(pieces) >= report["rows_scanned"] == db.one("select count(*) from obs.run_event_logs")
    assert report["findings"] == in_one["findings"]
    assert [one["rows"] for one in report["findings"]] == [40]
    assert db.one("select count(*) from obs.audit_pieces") == 0
    # A day that is dropped half-way leaves nothing behind.
    db.execute("delete from obs.privacy_audits")
    assert db.one("select obs._audit_day(4)") > 0
    db.execute("update obs.event_days set dropped_at = now()")
    assert db.one("select obs._audit_day(4)") == 0
    assert db.one("select count(*) from obs.audit_pieces") == 0


def test_an_audit_of_part_ends_nothing_that_it_did_not_read(db: Db) -> None:
    db.set_now("2026-01-10 12:00Z")
    start(db, "old", started_at="2026-01-07 02:00Z")
    item(db, "old", "crawl", ok=False, error_msg="x", ts="2026-01-07 02:01Z")
    db.call("finish_run", run_id="old", tenant_id="a")
    db.execute("update obs.run_event_logs set error_msg = %s", (RAW,))
    assert db.one("select obs._audit_day(1)") > 0
    standing = "select coalesce(sum(findings), 0) from obs._standing_audits('a')"
    assert db.one(standing) == 1
    for since in ("2026-01-10", "2026-01-08"):
        db.call("privacy_audit", since=since)
        assert db.one(standing) == 1, since
    db.execute("update obs.run_event_logs set error_msg = null")
    db.call("privacy_audit", since="2026-01-07")
    assert db.one(standing) == 0
    db.execute("update obs.run_event_logs set error_msg = %s", (RAW,))
    db.call("privacy_audit")
    assert db.one(standing) == 1
    db.call("privacy_audit", since="2026-01-09")
    assert db.one(standing) == 1, "what the whole audit found is not answered by a part"


def test_what_stood_on_a_dropped_day_is_gone_with_it(db: Db) -> None:
    db.set_now("2026-01-10 12:00Z")
    start(db, "old", started_at="2026-01-07 02:00Z")
    item(db, "old", "crawl", ok=False, error_msg="x", ts="2026-01-07 02:01Z")
    db.call("finish_run", run_id="old", tenant_id="a")
    db.execute("update obs.run_event_logs set error_msg = %s", (RAW,))
    assert db.one("select obs._audit_day(1)") > 0
    assert db.one("select count(*) from obs._standing_audits('a')") == 1
    db.execute("update obs.event_days set dropped_at = now() where run_day = '2026-01-07'")
    assert db.one("select count(*) from obs._standing_audits('a')") == 0
    assert db.one("select obs._ensure_event_day('2026-01-07')") is True
    assert db.one("select count(*) from obs._standing_audits('a')") == 0, "made again for a new run"
    assert db.one("select obs._audit_day()") > 0, "and audited again"
    db.execute("update obs.event_days set dropped_at = now() where run_day = '2026-01-07'")
    db.execute("update obs.privacy_audits set started_at = started_at - interval '2 years'")
    assert db.one("select obs._prune_audits(100)") == 4
    assert db.one("select count(*) from obs.privacy_audits") == 0


def test_real_runs_leave_nothing(db: Db, shared_events: list[Path]) -> None:
    for path in shared_events:
        lines = [json.loads(one) for one in gzip.decompress(path.read_bytes()).splitlines()]
        for first in range(0, len(lines), 5000):
            log_lines(db, lines[first : first + 5000])
    report = db.call("privacy_audit")
    assert (report["verdict"], report["findings"]) == ("clean", [])
    assert report["rows_scanned"] > 5000
    assert db.rows("select run_id, missed from obs.privacy_canaries where missed <> '{}'") == []
    assert db.one("select count(*) from obs.privacy_canaries") == db.one(
        "select count(*) from obs.enrichment_runs where status <> 'running'"
    )
