"""Reports as files: what they say is what SQL says, they load nothing, and nobody's text becomes markup."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdf
import pytest
from lxml import html
from markdown_it import MarkdownIt

from obs_client import errors, report, shown
from support.db import Db
from support.pipeline import line, log_lines, start
from support.qa import drawn, reviewed
from support.stories import TENANTS, Story, fixture_of

HOSTILE = (
    "</td></style><script>alert(1)</script> | `x` ![i](http://evil.example/i) "
    "[l](http://evil.example) @all \x1b[31m\n# h"
)
AT = "2026-03-02T01:{:02}:00+00:00"


def night(db: Db, run: str, hour: int, tenant: str = "a", **more: Any) -> None:
    start(db, run, tenant, started_at=f"2026-03-0{hour}T01:00:00Z", **more)
    for name, value in (("candidates_pre", 1200), ("candidates_post", 250 * hour), ("shortlist_delivered", 240)):
        db.call("set_metric", run_id=run, tenant_id=tenant, name=name, value=value)
    for name, count in (("High", 3), ("Low", 1)):
        db.call("set_metric", run_id=run, tenant_id=tenant, name="bucket", reason=name, value=count)
    for name, count in (("valid", 30), ("invalid", 70)):
        db.call("set_metric", run_id=run, tenant_id=tenant, name="email_status", reason=name, value=count)
    lines = [
        *(line(run, tenant_id=tenant, stage="crawl", duration_ms=100 * n * hour, ts=AT.format(1), company_id=f"c{n}")
          for n in range(1, 9)),
        line(run, "error", tenant_id=tenant, stage="crawl", duration_ms=50, ts=AT.format(2), company_id="c9",
             error_code="E_CRAWL", error_msg="no route"),
        *(line(run, tenant_id=tenant, stage="score", duration_ms=7 * n, ts=AT.format(3)) for n in range(1, 5)),
        *(line(run, "vendor_call", tenant_id=tenant, stage="score", vendor="openai", model="m", status="success",
               cost_usd=0.25 * hour, ts=AT.format(3)) for _ in range(3)),
        line(run, "vendor_call", tenant_id=tenant, stage="score", vendor="lusha", status="error",
             error_code="HTTP_429", ts=AT.format(3)),
    ]  # fmt: skip
    log_lines(db, lines)
    for stage in ("crawl", "score"):
        db.call("finish_stage", run_id=run, stage=stage, tenant_id=tenant)
    db.call("finish_run", run_id=run, tenant_id=tenant, ended_at=f"2026-03-0{hour}T01:30:00Z", status="success")


def three_runs(db: Db) -> None:
    """Runs r1 and r2 of a, r1 of b; QA of r2; an alert of r2."""
    night(db, "r1", 1)
    night(db, "r1", 1, "b")
    night(db, "r2", 2, trace_url="https://trace.example/r2")
    db.execute("delete from obs.qa_draws where run_id = 'r2'")
    drawn(db, "r2")
    reviewed(db, 3, 1, "r2")
    db.execute(
        """insert into obs.alerts
            (tenant_id, alert_code, subject, severity, run_id, rule_version, breached_at, fired_at, summary)
        values ('a', 'CR-02', 'x', 'page', 'r2', 1, now(), now(), 'crawl success 40 %')"""
    )


told = fixture_of(Story("told", three_runs, after=TENANTS))


@pytest.fixture
def reader(told: Db) -> Db:
    """The three runs, as a's reader."""
    return told.login("test_reader_a")


def page(reader: Db, run: str = "r2") -> Any:
    return html.document_fromstring(report.rendered(report.of_run(reader.conn, run), "html"))


def figures(tree: Any) -> dict[str, str]:
    return {one.get("data-figure"): one.findtext("dd") for one in tree.xpath("//div[@data-figure]")}


def test_the_numbers_are_those_of_sql(reader: Db) -> None:
    tree, said = page(reader), figures(page(reader))
    row = reader.row("select * from obs.dash_tenant_overview where run_id = 'r2'")
    assert row.shortlist_delivered == 240
    for name, written in {
        "status": str, "candidates_pre": shown.number, "candidates_post": shown.number,
        "shortlist_delivered": shown.number, "success_rate": shown.percent, "error_rate": shown.percent,
        "cost_usd": shown.usd, "cost_usd_per_1k": shown.usd, "unpriced_calls": shown.number,
        "duration_min": shown.duration, "duration_min_per_1k": shown.minutes, "crawl_success_rate": shown.percent,
    }.items():  # fmt: skip
        assert said[name] == written(getattr(row, name)), name
    assert (said["duration_min_per_1k"], said["cost_usd"]) == ("60.0 min", "$1.5000")
    quality = reader.row("select * from obs.dash_quality where run_id = 'r2'")
    assert said["email_verified_rate"] == f"{shown.percent(quality.email_verified_rate)} (30 of 100)"
    assert said["qa_pass_rate"] == "75.0 % (3 of 10 passed, 6 wait)"
    stages = {
        one.get("data-stage"): [cell.text_content() for cell in one[2:7]] for one in tree.xpath("//tr[@data-stage]")
    }
    assert stages == {
        row.stage: [
            shown.number(row.count_total), shown.number(row.count_error),
            *map(shown.milliseconds, (row.p50_ms, row.p95_ms, row.p99_ms)),
        ]
        for row in reader.rows("select * from obs.run_stage_stats where run_id = 'r2'")
    }  # fmt: skip
    vendors = {one.get("data-vendor"): one[1].text for one in tree.xpath("//tr[@data-vendor]")}
    assert vendors == {"openai": "3", "lusha": "1"}
    states = {one.get("data-slo"): one[2].text_content().replace(" ", "_") for one in tree.xpath("//tr[@data-slo]")}
    assert states == {row.slo: row.state for row in reader.rows("select slo, state from obs.slo_status")}


def test_what_changed_the_first_error_and_alerts(reader: Db) -> None:
    text = page(reader).text_content()
    cost = next(row for row in reader.calls("explain", run_id="r2") if row.measure == "cost_usd")
    assert (cost.part, float(cost.delta)) == ("price", 0.75)
    assert "Cost: $0.7500 in run r1, $1.5000 in this one, +$0.7500" in text
    assert re.search(r"price\s*score / openai / m.*\+\$0\.7500\s*100\.0 %", text, re.S)
    assert "01:02:00 UTC, crawl / c9: E_CRAWL: no route" in text
    assert "crawl success 40 %" in text
    assert "docs/runbooks/CR-02.md" in text
    assert "Source: raw" in text


def test_charts_show_the_same_numbers(reader: Db) -> None:
    charts = {one.get("aria-label"): one for one in page(reader).xpath("//figure")}
    drawn_values = [one.text for one in charts["Time an item takes"].xpath(".//*[local-name()='desc'][@class='value']")]
    rows = reader.rows("select * from obs.run_stage_stats where run_id = 'r2' order by started_at, stage")
    assert drawn_values == [
        shown.milliseconds(getattr(row, name)) for name in ("p50_ms", "p95_ms", "p99_ms") for row in rows
    ]
    assert list(charts)[2:] == [
        "Cost by vendor", "Companies by bucket", "Minutes per 1,000 companies, night by night", "Cost, night by night",
    ]  # fmt: skip


def test_a_runbook_of_the_web_is_a_link(db: Db, reader: Db) -> None:
    db.call("set_setting", key="runbook_base_url", value='"https://wiki.example/{code}"')
    assert "https://wiki.example/CR-02" in page(reader).xpath("//a/@href")
    assert "<https://wiki.example/CR-02>" in report.rendered(report.of_run(reader.conn, "r2"), "md").decode()


def is_alone(data: bytes) -> None:
    """The page loads nothing and runs nothing."""
    tree = html.document_fromstring(data)
    loads = "script|link|img|iframe|frame|object|embed|image|use|base|form|video|audio|source|foreignObject"
    assert not tree.xpath(" or ".join(f"//*[local-name()='{name}']" for name in loads.split("|")))
    assert {node.tag for node in tree.xpath("//*[@href]")} <= {"a"}
    names = {name.lower() for node in tree.iter() if isinstance(node.tag, str) for name in node.attrib}
    assert not {name for name in names if name.startswith("on") or name in ("src", "srcset", "xlink:href", "style")}
    assert all(address.startswith("https://") for address in tree.xpath("//a/@href"))
    style = "".join(tree.xpath("//style/text()"))
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in tree.xpath("string(//meta[@http-equiv]/@content)")


def test_a_page_loads_nothing(reader: Db) -> None:
    data = report.rendered(report.of_run(reader.conn, "r2"), "html")
    is_alone(data)
    assert data.decode().count("://") == len(re.findall('href="https://', data.decode()))
    assert "prefers-color-scheme: dark" in data.decode()
    assert "@media print" in data.decode()


@pytest.fixture
def hostile(db: Db, reader: Db) -> Db:
    """The texts that anybody may write, where no door cleans them."""
    db.execute("update obs.alerts set summary = %s where run_id = 'r2'", (HOSTILE,))
    db.execute("update obs.run_event_logs set error_msg = %s where run_id = 'r2' and error_msg is not null", (HOSTILE,))
    db.execute("update obs.enrichment_runs set langsmith_trace_url = 'javascript:alert(1)' where run_id = 'r2'")
    return reader


def test_nobodys_text_becomes_markup_on_a_page(hostile: Db) -> None:
    data = report.rendered(report.of_run(hostile.conn, "r2"), "html")
    is_alone(data)
    text = html.document_fromstring(data).text_content()
    assert "<script>alert(1)</script>" in text
    assert "javascript:" not in data.decode()
    assert "\x1b" not in data.decode()


def test_nobodys_text_becomes_markup_in_markdown(hostile: Db) -> None:
    text = report.rendered(report.of_run(hostile.conn, "r2"), "md").decode()
    assert "\x1b" not in text
    tree = html.document_fromstring(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    assert not tree.xpath("//script | //img | //a | //style")
    assert [one.text for one in tree.xpath("//h1")] == ["Run r2"]
    assert {len(row) for row in tree.xpath("//table[.//th='runbook']//tr")} == {5}
    assert "<script>alert(1)</script>" in tree.text_content()


def test_a_pdf_opens_and_has_the_numbers_and_no_markup(hostile: Db) -> None:
    data = report.rendered(report.of_run(hostile.conn, "r2"), "pdf")
    found = pypdf.PdfReader(io.BytesIO(data))
    text = " ".join(" ".join(one.extract_text() for one in found.pages).split())
    for said in ("Run r2", "$1.5000", "60.0 min", "alert(1)", "Objectives", "Cost by vendor", "+$0.7500", "800 ms"):
        assert said in text
    assert not any("/Annots" in one for one in found.pages)
    assert b"/JavaScript" not in data
    assert found.metadata.title == "Run r2"
    assert len(data) < 600_000


def test_a_run_of_somebody_elses_is_as_unknown_as_any(db: Db, reader: Db) -> None:
    start(db, "theirs", "b")
    said = set()
    for run, tenant in (("nowhere", None), ("theirs", None), ("r2", "b")):
        with pytest.raises(errors.UnknownRunError) as caught:
            report.of_run(reader.conn, run, tenant)
        said.add(str(caught.value).replace(run, "…"))
    assert len(said) == 1
    ops = db.login("test_ops").conn
    with pytest.raises(errors.AmbiguousRunError):
        report.of_run(ops, "r1")
    assert report.of_run(ops, "r1", "b").tenants[0].tenant_id == "b"


@pytest.mark.parametrize(
    ("login", "seen"),
    [("test_reader_a", {"a": ["r1", "r2"]}), ("test_ops", {"a": ["r1", "r2"], "b": ["r1"]})],
)
def test_last_night_has_the_runs_of_each_tenant_that_the_login_sees(
    db: Db, reader: Db, login: str, seen: dict[str, list[str]]
) -> None:
    db.execute(
        "update obs.enrichment_runs r set started_at = n.from_at + interval '1 minute' from obs.last_night n"
        " where n.tenant_id = r.tenant_id"
    )
    found = report.of_last_night(db.login(login).conn)
    assert {part.tenant_id: sorted(one.run["run_id"] for one in part.runs) for part in found.tenants} == seen
    assert ("Tenant b" in report.rendered(found, "md").decode()) == ("b" in seen)


def test_a_night_without_a_run_says_so_in_each_form(reader: Db) -> None:
    found = report.of_last_night(reader.conn)
    assert found.is_empty
    assert "There was nothing last night" in report.rendered(found, "html").decode()
    assert "There was nothing last night" in report.rendered(found, "md").decode()
    assert "There was nothing" in pypdf.PdfReader(io.BytesIO(report.rendered(found, "pdf"))).pages[0].extract_text()


def test_many_runs_stay_small_enough_to_be_mailed(db: Db, tenants: tuple[str, str]) -> None:
    moment = db.one("select from_at + interval '1 hour' from obs.last_night where tenant_id = 'a'")
    for number in range(30):
        run = f"r{number}"
        start(db, run, started_at=moment)
        log_lines(db, [
            line(run, "error" if n % 9 == 0 else "finish", stage=f"stage_{n % 12}", duration_ms=n, error_code="E_X")
            for n in range(60)
        ])  # fmt: skip
        db.call("finish_run", run_id=run)
    found = report.of_last_night(db.login("test_reader_a").conn)
    assert len(found.tenants[0].runs) == 30
    data = report.rendered(found, "html")
    assert data.count(b"<figure") > 20
    assert len(data) < 600_000, f"{len(data)} bytes"
