"""Compaction: a day after its end a run's long and repeated texts shrink; who reads them sees no difference."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from support.db import Db
from support.pipeline import drift, event_id, item, line, log_lines, run_row, start

DOMAIN = (
    "the crawl of https://www.slow.example/about failed: the server closed the connection without an answer" + "." * 200
)
LONG = "stack of frame.example " + " ".join(f"frame {n}" for n in range(900))


def compact(db: Db, hours: float = 25, limit: int = 5000) -> list[int]:
    """Moves the clock on and compacts until nothing is left; the answers."""
    db.set_now((db.one("select clock_timestamp()") + timedelta(hours=hours)).isoformat())
    answers = []
    while not answers or answers[-1]:
        answers.append(db.one("select obs._compact_events(%s)", (limit,)))
        assert len(answers) < 1000
    return answers


def messages(db: Db, run: str = "r1") -> list[str]:
    query = "select error_msg from obs.run_event_logs where run_id = %s and error_msg is not null order by event_id"
    return [text for (text,) in db.rows(query, (run,))]


def texts(db: Db, run: str = "r1") -> list[str]:
    query = """select obs.error_text(tenant_id, error_msg) from obs.run_event_logs
        where run_id = %s and error_msg is not null order by event_id"""
    return [text for (text,) in db.rows(query, (run,))]


def failures(run: str, said: list[str], first: int = 1, **more: Any) -> list[dict[str, Any]]:
    return [
        line(run, "error", error_code="HTTP_500", error_msg=text, event_id=str(event_id(first + n)), **more)
        for n, text in enumerate(said)
    ]


def test_repeated_texts_are_kept_once_and_long_ones_keep_their_head(db: Db, tenants: tuple[str, str]) -> None:
    start(db)
    said = [DOMAIN] * 3 + ["short"] * 5 + [LONG, LONG + "!"] + [DOMAIN + " twice"] * 2
    log_lines(db, failures("r1", said))
    db.call("finish_run", run_id="r1")
    assert compact(db, hours=23) == [0]
    assert messages(db) == said
    compact(db)
    found = messages(db)
    assert re.fullmatch(r"fp:h1:[0-9a-f]{32}", found[0])
    assert found[:3] == [found[0]] * 3
    assert found[3:8] == ["short"] * 5
    for text, was in zip(found[8:10], said[8:10], strict=True):
        parts = re.fullmatch(r"(?s)(.{500})… \[(\d+) characters, (h1:[0-9a-f]{32})\]", text)
        assert parts
        assert (parts[1], int(parts[2])) == (was[:500], len(was))
        assert parts[3] == db.one("select obs._keyed_hash('a', %s)", (was,))
    assert found[10:] == said[10:]
    assert db.rows("select tenant_id, error_text from obs.error_texts") == [("a", DOMAIN)]
    assert texts(db)[:8] + texts(db)[10:] == said[:8] + said[10:]
    assert compact(db) == [0]
    assert messages(db) == found


def test_a_text_is_resolved_within_its_tenant_alone(db: Db, tenants: tuple[str, str]) -> None:
    for tenant in tenants:
        start(db, f"run-{tenant}", tenant)
        log_lines(db, failures(f"run-{tenant}", [DOMAIN] * 4, tenant_id=tenant))
        db.call("finish_run", run_id=f"run-{tenant}")
    compact(db)
    of_a, of_b = (messages(db, f"run-{tenant}")[0] for tenant in tenants)
    assert of_a != of_b
    reader = db.login("test_reader_a")
    assert reader.one("select obs.error_text('a', %s)", (of_a,)) == DOMAIN
    assert reader.one("select obs.error_text('b', %s)", (of_b,)) == of_b
    assert reader.one("select obs.error_text('a', 'fp:h1:unknown')") == "fp:h1:unknown"
    assert reader.one("select obs.error_text('a', null)") is None


def test_batches_end_where_they_are_told_and_go_on_there(db: Db, tenants: tuple[str, str]) -> None:
    start(db)
    log_lines(db, failures("r1", [DOMAIN] * 25))
    db.call("finish_run", run_id="r1")
    start(db, "empty")
    db.call("finish_run", run_id="empty")
    assert compact(db, limit=10) == [10, 10, 6, 0]
    assert len(set(messages(db))) == 1
    assert texts(db) == [DOMAIN] * 25
    assert run_row(db, "r1").compacted_upto is None
    assert run_row(db, "r1").compacted_at is not None


def test_a_resend_is_a_duplicate_and_numbers_stay(db: Db, tenants: tuple[str, str]) -> None:
    lines = failures("r1", [DOMAIN] * 4 + [LONG]) + [
        line("r1", duration_ms=n, event_id=str(event_id(100 + n)), extra={"bucket": "High"}) for n in range(9)
    ]
    start(db)
    log_lines(db, lines)
    db.call("finish_run", run_id="r1")
    asked = {
        "recompute": lambda: db.calls("recompute", run_id="r1"),
        "stages": lambda: db.rows("select * from obs.run_stage_stats"),
        "overview": lambda: db.rows("select * from obs.run_overview"),
        "gaps": lambda: db.calls("gaps", run_id="r1"),
    }
    before = {name: ask() for name, ask in asked.items()}
    compact(db)
    assert messages(db)[0].startswith("fp:")
    assert {name: ask() for name, ask in asked.items()} == before
    assert log_lines(db, lines) == (0, len(lines), 0)
    assert {name: ask() for name, ask in asked.items()} == before
    assert drift(db, "r1") == []


def test_events_that_come_after_compaction_are_compacted_too(db: Db, tenants: tuple[str, str]) -> None:
    start(db)
    log_lines(db, failures("r1", [DOMAIN] * 3))
    db.call("finish_run", run_id="r1")
    compact(db)
    log_lines(db, failures("r1", [LONG] * 3, first=50))
    db.execute("select obs.tick()")
    assert messages(db)[3:] == [LONG] * 3
    compact(db, hours=50)
    assert all(text.startswith("fp:") for text in messages(db))
    assert texts(db) == [DOMAIN] * 3 + [LONG] * 3


def test_what_is_short_already_is_not_taken_for_a_text_that_is_repeated(db: Db, tenants: tuple[str, str]) -> None:
    start(db)
    log_lines(db, failures("r1", [LONG] * 4))
    db.call("finish_run", run_id="r1")
    compact(db, limit=2)
    shortened = messages(db)
    assert len(set(shortened)) == 1
    assert shortened[0].startswith(LONG[:500] + "…")
    log_lines(db, failures("r1", ["one more"], first=50))
    db.execute("select obs.tick()")
    compact(db, hours=50)
    assert messages(db) == [*shortened, "one more"]
    assert db.rows("select from obs.error_texts") == []


def test_keys_that_obs_or_a_check_reads_keep_their_values_however_long(db: Db, tenants: tuple[str, str]) -> None:
    keys = [*db.one("select obs._plain_keys()"), "host", "url", "snippet"]
    value = "word " * 900
    query = "select obs._compact_extra('a', jsonb_object_agg(k, %s::text)) from unnest(%s::text[]) k"
    found = db.one(query, (value, keys))
    assert {key for key, one in found.items() if one != value} == {"snippet"}


def test_large_extras_lose_their_long_values_alone(db: Db, tenants: tuple[str, str]) -> None:
    db.call("allow_extra_key", key="snippet", tenant_id="a")
    start(db)
    small = {"snippet": "s " * 600, "bucket": "High"}
    large = {"snippet": "word " * 900, "bucket": "High", "tokens_cached": 7, "short": "x"}
    for number, extra in enumerate((small, large)):
        item(db, "r1", "score", extra=extra, event_id=event_id(number + 1))
    db.call("finish_run", run_id="r1")
    stored = "select extra from obs.run_event_logs where kind = 'item' order by event_id"
    before = [extra for (extra,) in db.rows(stored)]
    assert before[1]["snippet"] == large["snippet"]
    compact(db)
    after = [extra for (extra,) in db.rows(stored)]
    assert after[0] == before[0]
    assert after[1].pop("snippet") == {
        "len": len(large["snippet"]),
        "hash": db.one("select obs._keyed_hash('a', %s)", (large["snippet"],)),
    }
    before[1].pop("snippet")
    assert after[1] == before[1]


def test_writers_do_not_wait_for_a_step_of_compaction(db: Db, tenants: tuple[str, str]) -> None:
    start(db)
    lines = failures("r1", [DOMAIN] * 4)
    log_lines(db, lines)
    db.call("finish_run", run_id="r1")
    start(db, "r2")
    compactor, writer = db.login(), db.login("test_writer_a")
    compactor.set_now((db.one("select clock_timestamp()") + timedelta(hours=25)).isoformat())
    compactor.execute("begin")
    assert compactor.one("select obs._compact_events()") == 4
    writer.execute("set lock_timeout = '200ms'")
    for run in ("r1", "r2"):
        assert log_lines(writer, failures(run, [LONG], first=90)) == (1, 0, 0)
        assert item(writer, run, "crawl") == "accepted"
    compactor.execute("commit")
    assert log_lines(writer, lines) == (0, 4, 0)
    assert texts(db)[:4] == [DOMAIN] * 4


def test_without_a_pepper_texts_are_not_mixed_up(db: Db, tenants: tuple[str, str]) -> None:
    start(db)
    said = [DOMAIN] * 3 + [DOMAIN + "!"] * 3 + [LONG]
    log_lines(db, failures("r1", said))
    db.call("finish_run", run_id="r1")
    db.execute("update obs.tenant_peppers set pepper = null, destroyed_at = now()")
    compact(db)
    assert messages(db)[:6] == said[:6]
    assert messages(db)[6] == f"{LONG[:500]}… [{len(LONG)} characters, masked]"
    assert db.rows("select * from obs.error_texts") == []


def test_a_shared_text_goes_with_the_last_day_that_may_refer_to_it(db: Db, tenants: tuple[str, str]) -> None:
    start(db, started_at="2026-03-02 01:00:00+00")
    log_lines(db, failures("r1", [DOMAIN] * 3))
    db.call("finish_run", run_id="r1")
    compact(db, hours=24 * 400)
    db.one("select obs._prune_history()")
    assert db.one("select count(*) from obs.error_texts") == 1, "its day is still kept"
    db.execute("update obs.event_days set dropped_at = now() where run_day = '2026-03-02'")
    db.one("select obs._prune_history()")
    assert db.one("select count(*) from obs.error_texts") == 0
