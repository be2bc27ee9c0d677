"""obs.run_events_csv: a file that CSV readers take, with every event of the run, and that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from obs_client import errors, export, wire
from support.aged import days_back, nights
from support.db import Db
from support.pipeline import event_id, line, log_lines, refused, start
from support.sheets import FORMULAS, HARMLESS

HEAD = (
    "ts,level,logger,tenant_id,run_id,stage,company_id,event,status,error_code,error_msg,vendor,model,trace_id,producer,"
    "kind,cost_source,duration_ms,cost_usd,tokens_input,tokens_output,seq,event_id,received_at,extra"
)
COLUMNS = HEAD.split(",")


def lines(db: Db, run: str = "r1", **more: Any) -> list[str]:
    return [row[0] for row in db.calls("run_events_csv", run_id=run, **more)]


def parsed(found: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("\r\n".join([*found, ""]), newline=""), strict=True))


@pytest.fixture
def reader(db: Db, tenants: tuple[str, str]) -> Db:
    start(db, started_at="2026-03-02 01:00Z")
    return db.login("test_reader_a")


def put_texts(db: Db, texts: list[str]) -> None:
    """The texts as messages of errors, past the door, which would mend some of them."""
    lines = [line("r1", "error", event_id=str(event_id(n)), ts=f"2026-03-02T01:00:{n:02}Z") for n in range(len(texts))]
    log_lines(db, lines)
    for number, text in enumerate(texts):
        db.execute("update obs.run_event_logs set error_msg = %s where event_id = %s", (text, event_id(number)))


def test_the_head_is_stable_and_stands_alone_when_there_are_no_events(db: Db, reader: Db) -> None:
    db.execute("delete from obs.run_event_logs")
    assert lines(reader) == [HEAD]


def test_a_line_holds_what_the_row_holds(db: Db, reader: Db) -> None:
    extra = {"http_status": 200, "bucket": 'Hi,"gh"'}
    log_lines(db, [
        line("r1", "vendor_call", stage="score", vendor="openai", model="gpt", status="success", company_id="c-1",
             duration_ms=120, cost_usd=0.000125, tokens_input=7, tokens_output=3, trace_id="t1", extra=extra, seq=4,
             producer="p1", event_id=str(event_id(1)), ts="2026-03-02T02:00:00.5+01:00", level="INFO"),
    ])  # fmt: skip
    (row,) = [one for one in parsed(lines(reader)) if one["event"] == "vendor_call"]
    stored = db.row("select * from obs.run_event_logs where event_id = %s", (event_id(1),))._asdict()
    assert row["ts"] == "2026-03-02T01:00:00.500000Z"
    assert json.loads(row["extra"]) == stored["extra"]
    for name in COLUMNS:
        if name not in ("ts", "received_at", "extra"):
            assert row[name] == ("" if stored[name] is None else str(stored[name])), name


@pytest.mark.parametrize("date_style", ["ISO, DMY", "German", "SQL, MDY"])
def test_the_session_of_the_caller_changes_nothing(db: Db, reader: Db, date_style: str) -> None:
    put_texts(db, ["a", "b"])
    before = lines(reader)
    reader.execute(f"set datestyle = '{date_style}'")
    reader.execute("set timezone = 'Asia/Kolkata'")
    reader.execute("set search_path = pg_temp")
    assert lines(reader) == before


def test_texts_come_back_and_formulas_are_neutralised(db: Db, reader: Db) -> None:
    put_texts(db, FORMULAS + HARMLESS)
    found = [one["error_msg"] for one in parsed(lines(reader)) if one["event"] == "error"]
    assert found == [f"'{text}" for text in FORMULAS] + HARMLESS


@pytest.mark.parametrize(
    "column", ["stage", "company_id", "error_code", "vendor", "model", "trace_id", "producer", "status"]
)
def test_every_text_column_is_neutralised(db: Db, reader: Db, column: str) -> None:
    put_texts(db, ["x"])
    db.execute(f"update obs.run_event_logs set {column} = '=1+1'")
    assert {one[column] for one in parsed(lines(reader))} == {"'=1+1"}


def test_negative_numbers_stay_numbers(db: Db, reader: Db) -> None:
    put_texts(db, ["-x"])
    db.execute("update obs.run_event_logs set cost_usd = -0.5, duration_ms = -3")
    (row,) = [one for one in parsed(lines(reader)) if one["event"] == "error"]
    assert (row["cost_usd"], row["duration_ms"], row["error_msg"]) == ("-0.5", "-3", "'-x")


def test_compacted_texts_are_written_out(db: Db, reader: Db) -> None:
    put_texts(db, ["fp:h1:" + "0" * 32, "fp:habit"])
    db.execute(
        "insert into obs.error_texts (tenant_id, fingerprint, error_text, first_run_day, last_run_day)"
        " values ('a', %s, 'no route, again', '2026-03-02', '2026-03-02')",
        ("fp:h1:" + "0" * 32,),
    )
    assert [one["error_msg"] for one in parsed(lines(reader)) if one["event"] == "error"] == [
        "no route, again",
        "fp:habit",
    ]


def test_events_come_in_the_order_of_their_time(db: Db, reader: Db) -> None:
    (run,) = nights(db, "a", days_back(1, 1), 3_000)
    db.execute("update obs.run_event_logs set ts = ts - interval '1 hour' where company_id = '7'")
    rows = parsed(lines(reader, run))
    moments = [(row["ts"], row["event_id"]) for row in rows]
    assert moments == sorted(moments)
    assert len(moments) == db.one("select count(*) from obs.run_event_logs where run_id = %s", (run,)) >= 3_000


def test_whose_run_it_is_and_whether_its_events_are_there(db: Db, reader: Db) -> None:
    start(db, "theirs", tenant_id="b")
    other, none = refused(lines, reader, "theirs"), refused(lines, reader, "nowhere")
    assert other.sqlstate == none.sqlstate == "OB002"
    assert str(other).replace("theirs", "nowhere") == str(none)
    start(db, "r1", tenant_id="b")
    assert refused(lines, db.login("test_ops")).sqlstate == "OB004"
    assert len(lines(db.login("test_ops"), tenant_id="b")) >= 1
    assert refused(lines, db.login("test_writer_a")).sqlstate == "42501"
    db.execute("update obs.enrichment_runs set expired_at = '2026-04-05 00:00Z' where tenant_id = 'a'")
    gone = refused(lines, reader)
    assert (gone.sqlstate, "2026-04-05" in str(gone)) == ("OB024", True)


def test_it_is_taken_into_the_query_and_so_it_streams(db: Db, reader: Db) -> None:
    """A function scan would gather all lines first; and COPY refuses before it sends a head."""
    plan = "\n".join(row[0] for row in reader.rows("explain select * from obs.run_events_csv('r1')"))
    assert "Function Scan on run_events_csv" not in plan
    assert "Sort" in plan


class TestInPieces:
    """obs_client.export.run_events: the file that the database makes, in pieces."""

    @pytest.fixture
    def conn(self, reader: Db) -> Any:
        with wire.connect(reader.dsn) as conn:
            yield conn

    def test_they_are_the_file(self, db: Db, reader: Db, conn: wire.Connection) -> None:
        put_texts(db, FORMULAS + HARMLESS)
        pieces = list(export.run_events(conn, "r1"))
        assert b"".join(pieces).decode() == "\r\n".join([*lines(reader), ""])

    def test_a_long_file_is_many_pieces_and_none_is_big(self, db: Db, conn: wire.Connection) -> None:
        (run,) = nights(db, "a", days_back(1, 1), 5_000)
        sizes = [len(piece) for piece in export.run_events(conn, run)]
        assert len(sizes) > 5
        assert max(sizes) < 2 * export.PIECE_BYTES

    def test_what_is_wrong_is_raised_before_the_first_piece(self, db: Db, conn: wire.Connection) -> None:
        with pytest.raises(errors.UnknownRunError):
            export.run_events(conn, "nowhere")
        start(db, "r1", tenant_id="b")
        db.execute("update obs.enrichment_runs set expired_at = now()")
        with pytest.raises(errors.ExpiredEventsError):
            export.run_events(conn, "r1", "a")
        assert conn.execute("select 1").fetchone() == (1,)

    @pytest.mark.parametrize("begun", [False, True])
    def test_the_connection_works_after_a_reader_that_left_early(
        self, db: Db, conn: wire.Connection, begun: bool
    ) -> None:
        (run,) = nights(db, "a", days_back(1, 1), 5_000)
        pieces = export.run_events(conn, run)
        if begun:
            next(pieces)
        pieces.close()
        assert conn.execute("select 1").fetchone() == (1,)

    def test_hostile_ids_are_only_ids(self, conn: wire.Connection) -> None:
        with pytest.raises(errors.UnknownRunError):
            export.run_events(conn, "x'); select pg_sleep(9); --", "a' or true --")
