"""Details of reports: where traces are to be seen, what has no room, and whose clock it is."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from lxml import html

from obs_client import report
from obs_client.report import charts, wording
from support.db import Db
from support.pipeline import line, log_lines, start

TEMPLATE = "https://traces.example/t/{trace_id}?all=1"


def a_run(db: Db, trace: str, stages: int = 1) -> None:
    start(db, "r1", started_at="2026-03-02T01:00:00Z")
    log_lines(db, [
        line("r1", kind, stage=f"stage {n:02}", duration_ms=50 + n, ts="2026-03-02T01:01:00Z", trace_id=trace,
             error_code="E_X" if kind == "error" else None)
        for n in range(stages) for kind in ("finish", "error")
    ])  # fmt: skip
    db.call("finish_run", run_id="r1", ended_at="2026-03-02T01:30:00Z")


def made(reader: Db, form: str) -> bytes:
    return report.rendered(report.of_run(reader.conn, "r1"), form)


@pytest.mark.parametrize("trace", ["trace-7", "a&b=<c>/..?#%"])
def test_traces_are_links_once_it_is_known_where_they_are(db: Db, tenants: tuple[str, str], trace: str) -> None:
    a_run(db, trace)
    reader = db.login("test_reader_a")
    plain = html.document_fromstring(made(reader, "html"))
    assert (trace in plain.text_content(), plain.xpath("//a")) == (True, [])
    assert "https://" not in made(reader, "md").decode()
    db.execute("select obs.set_setting('trace_url_template', to_jsonb('https://all.example/{trace_id}'::text))")
    db.execute("select obs.set_setting('trace_url_template', to_jsonb(%s::text), 'a')", (TEMPLATE,))
    address = {"trace-7": "https://traces.example/t/trace-7?all=1"}.get(
        trace, "https://traces.example/t/a%26b%3D%3Cc%3E%2F..%3F%23%25?all=1"
    )
    tree = html.document_fromstring(made(reader, "html"))
    assert tree.xpath("//a/@href") == [address, address]  # of the slowest item, and of the first error
    assert tree.xpath("//tr/td/a")[0].text == trace
    assert made(reader, "md").decode().count(f"<{address}>") == 2
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(made(reader, "pdf"))).pages)
    assert "".join(text.split()).count(address) == 2


def test_a_chart_says_how_many_have_no_room(db: Db, tenants: tuple[str, str]) -> None:
    a_run(db, "t", stages=23)
    part = report.of_run(db.login("test_reader_a").conn, "r1").tenants[0].runs[0]
    found = {chart.title: len(chart.labels) for chart in charts.of_run(part)}
    assert found["Time an item takes (and 3 more)"] == found["Items by stage (and 3 more)"] == charts.MAX_BARS


def test_moments_in_a_letter_say_that_they_are_utc(db: Db, tenants: tuple[str, str]) -> None:
    a_run(db, "t")
    said = wording.brief(report.of_run(db.login("test_reader_a").conn, "r1"))
    assert "2026-03-02 01:01:00 UTC, " in said
    night: dict[str, Any] = db.conn.execute("select * from obs.last_night where tenant_id = 'a'").fetchone()._asdict()
    assert wording.night_line(night).split(": no run")[0].endswith(" UTC")


def test_a_text_longer_than_a_page_is_printed(db: Db, tenants: tuple[str, str]) -> None:
    a_run(db, "t")
    db.execute(
        """insert into obs.alerts
            (tenant_id, alert_code, subject, severity, run_id, rule_version, breached_at, fired_at, summary)
        values ('a', 'CR-02', 'x', 'page', 'r1', 1, now(), now(), %s)""",
        ("W" * 8_000,),
    )
    assert len(pypdf.PdfReader(io.BytesIO(made(db.login("test_reader_a"), "pdf"))).pages) > 1


def plain(data: bytes, form: str) -> str:
    if form == "html":
        return " ".join(html.document_fromstring(data).text_content().split())
    if form == "pdf":
        return " ".join("".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(data)).pages).split())
    return data.decode().replace("\\", "")


@pytest.mark.parametrize("form", ["html", "md", "pdf"])
def test_a_report_says_what_explains_the_night(db: Db, tenants: tuple[str, str], form: str) -> None:
    for day, model in ((1, "small"), (2, "large")):
        start(db, f"r{day}", started_at=f"2026-03-0{day}T01:00:00Z", meta={"model": model})
        db.call("finish_run", run_id=f"r{day}", ended_at=f"2026-03-0{day}T01:30:00Z", status="success")
    for run, subject, now in (("r2", "x", "r2"), ("r2", "y", "r3")):
        number = db.one(
            """insert into obs.alerts (tenant_id, alert_code, subject, severity, run_id, rule_version, breached_at,
                fired_at, summary, evidence)
            values ('a', 'CR-02', %s, 'page', %s, 1, now(), now(), 'crawl success 40 %%.',
                jsonb_build_array(jsonb_build_object('verdict', 'cause', 'finding', 'it is ' || %s::text)))
            returning alert_id""",
            (subject, now, now),
        )
        db.execute(
            """insert into obs.alert_transitions (tenant_id, alert_id, alert_code, subject, from_state, to_state, at,
                run_id, rule_version, reason)
            values ('a', %s, 'CR-02', %s, 'inactive', 'firing', now(), %s, 1, 'breach')""",
            (number, subject, run),
        )
    found = report.of_run(db.login("test_reader_a").conn, "r2")
    said = plain(report.rendered(found, form), form)
    assert "model: large, was small" in said
    assert said.index("What changed") < said.index("model: large, was small") < said.index("Source: ")
    assert "crawl success 40 %; likely cause: it is r2" in said
    assert "it is r3" not in said, "what was found of another run"
    assert "now: crawl success 40 %" in said
    assert "\n  Changed: model: large, was small\n" in wording.brief(found)


def test_nights_of_the_same_date_stand_apart(db: Db, tenants: tuple[str, str]) -> None:
    for number in (1, 2):
        start(db, f"r{number}", started_at=f"2026-03-02T0{number}:00:00Z")
        db.call("set_metric", run_id=f"r{number}", name="candidates_post", value=100)
        db.call("finish_run", run_id=f"r{number}", ended_at=f"2026-03-02T0{number}:30:00Z", status="success")
    part = report.of_run(db.login("test_reader_a").conn, "r2").tenants[0].runs[0]
    found = {chart.title: chart.labels for chart in charts.of_run(part)}
    assert found["Minutes per 1,000 companies, night by night"] == ["2026-03-02", "2026-03-02 (2)"]


def test_no_heading_stands_alone_at_the_foot_of_a_page(db: Db, tenants: tuple[str, str]) -> None:
    a_run(db, "t", 12)
    found = report.of_run(db.login("test_reader_a").conn, "r1")
    headings = {"Stages", "Slowest items", "Vendors", "Alerts", "First error", "What changed", "Objectives"}
    part, alone, most = found.tenants[0].runs[0], {}, 0
    for stages in range(2, 40, 2):
        stats = {**part.stats, "stages": (part.stats["stages"] * 4)[:stages]}
        tenant = replace(found.tenants[0], runs=[replace(part, stats=stats)])
        pages = pypdf.PdfReader(io.BytesIO(report.rendered(replace(found, tenants=[tenant]), "pdf"))).pages
        texts = [[one for one in page.extract_text().splitlines() if ", page " not in one] for page in pages]
        most = max(most, len(pages))
        alone[stages] = headings & {lines[-1].strip() for lines in texts if lines}
    assert most > 1
    assert {stages: found for stages, found in alone.items() if found} == {}
