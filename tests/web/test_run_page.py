"""The page of a run: what stands at its top, and its story in readable pieces."""

from __future__ import annotations

import datetime as dt
from typing import Any

from obs_client.story import readable
from support.db import Db
from support.web import Site, text_of

AT = dt.datetime(2026, 3, 2, 1, tzinfo=dt.timezone.utc)


def row(minute: int, kind: str, seconds: int | None = None) -> dict[str, Any]:
    took = None if seconds is None else seconds * 1000
    return {"at": AT + dt.timedelta(minutes=minute), "kind": kind, "what": kind, "duration_ms": took}


def test_beyond_a_few_the_silences_of_a_stage_are_one_row() -> None:
    few = [row(0, "stage"), *(row(minute, "silence", 60) for minute in (1, 3, 5)), row(7, "stage")]
    assert readable(few) == few
    many = [row(0, "stage"), row(1, "silence", 60), row(2, "error"), *(row(n, "silence", 90) for n in (3, 5, 7)),
            row(9, "stage"), row(10, "silence", 60)]  # fmt: skip
    told = readable(many)
    assert [one["kind"] for one in told] == ["stage", "silence", "error", "stage", "silence"]
    assert told[1]["what"] == "4 silences until 01:08:30, the longest 1 min 30 s, together"
    assert (told[1]["duration_ms"], many[1]["what"]) == (330_000, "silence")


def test_the_top_says_what_came_out_and_what_changed_says_against_what(site: Site, world: Db) -> None:
    world.call("set_metric", run_id="a-night", tenant_id="a", name="bucket", reason="High", value=7)
    world.execute(
        "update obs.run_stage_stats set count_total = 10, count_success = 10"
        " where tenant_id = 'a' and run_id = 'a-night' and stage = 'score'"
    )
    text = text_of(site.page("test_reader_a").get("/runs/a-night").text)
    top = text[: text.index("Stages")]
    row = world.row("select * from obs.dash_tenant_overview where tenant_id = 'a' and run_id = 'a-night'")
    assert f"Candidates {row.candidates_post}" in top
    assert "High / Medium / Low 7 / 0 / 0" in top
    assert f"Cost ${row.cost_usd:.4f}" in top
    assert "Against run a-good, the last good one of the same kind" in text
    assert "+30 " in text[text.index("What changed") :]
    assert "run run started" not in text
    assert " run started" in text


def test_a_stage_says_when_its_last_event_was_not_when_it_was_closed(site: Site, world: Db) -> None:
    world.execute(
        "update obs.run_stage_stats set ended_at = '2026-03-02 01:02:03Z', finished_at = '2026-03-05 07:08:09Z'"
        " where tenant_id = 'a' and run_id = 'a-good'"
    )
    text = text_of(site.page("test_reader_a").get("/runs/a-good").text)
    assert "01:02:03" in text
    assert "07:08:09" not in text
