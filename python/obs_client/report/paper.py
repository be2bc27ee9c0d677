"""A report on paper, A4."""

from __future__ import annotations

import io
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import HRFlowable, KeepTogether, SimpleDocTemplate, Spacer, Table

from .. import shown
from . import charts, wording
from .parts import Report, Row, RunPart, TenantPart
from .sheet import FONT, LINE, WIDTH, Sheet, drawing


def on_paper(report: Report) -> bytes:
    return _Paper(report).made()


class _Paper:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._sheet = Sheet()
        self._say, self._table = self._sheet.say, self._sheet.table

    def made(self) -> bytes:
        from .forms import NOTHING, charted

        report = self._report
        made_at = f"Made {shown.moment(report.made_at)} UTC by obs, from what the login that asked may see."
        story = [self._say(report.title, "h1"), self._say(f"{made_at} Times are UTC, costs US dollars.", "source")]
        if report.is_empty:
            story.append(self._say(NOTHING))
        with_charts = {id(part) for part in charted(report)}
        for tenant in report.tenants:
            story += self._tenant(tenant, with_charts)
        target = io.BytesIO()
        margins = {f"{side}Margin": 15 * mm for side in ("left", "right", "top", "bottom")}
        document = SimpleDocTemplate(
            target, pagesize=A4, title=self._sheet.known(report.title), author="obs", **margins
        )
        document.build(story, onFirstPage=self._number, onLaterPages=self._number)
        return target.getvalue()

    def _tenant(self, tenant: TenantPart, with_charts: set[int]) -> list[Any]:
        story = [self._say(f"Tenant {tenant.tenant_id}", "h2"), HRFlowable(width="100%", color=LINE)]
        if tenant.night:
            story.append(self._say(wording.night_line(tenant.night)))
        for part in tenant.runs:
            story += self._run(part, id(part) in with_charts)
        if tenant.alerts:
            story += [self._say("Other open alerts", "h3"), self._alerts(tenant.alerts)]
        if tenant.slos:
            rows = [
                (slo["title"], slo["over"], shown.words(slo["state"]), wording.slo_value(slo, slo["target"]),
                 wording.slo_actual(slo), shown.number(slo["n"]), shown.budget(slo))
                for slo in tenant.slos
            ]  # fmt: skip
            head = ("objective", "over", "state", "target", "actual", "n", "budget")
            story += [self._say("Objectives", "h3"), self._table(head, rows, 3, (3, 2, 1.2, 1.4, 2.4, 1, 2.6))]
        return story

    def _run(self, part: RunPart, with_charts: bool) -> list[Any]:
        run, stats = part.run, part.stats
        times = f"{shown.moment(run['started_at'])} to {shown.moment(run['ended_at'])}"
        story = [
            self._say(f"Run {run['run_id']}", "h3"),
            self._say(f"{run['kind']} run, {shown.words(run['status'])}, {times}."),
        ]
        if trace := shown.web_address(run["trace_url"]):
            story.append(self._say(f"Trace: {trace}"))
        figures = [*wording.headline(part), *wording.quality(part)]
        pairs = [(one.title, one.text) for one in figures]
        half = (len(pairs) + 1) // 2
        beside = [(*left, *right) for left, right in zip(pairs[:half], [*pairs[half:], ("", "")], strict=False)]
        story += [Spacer(1, 4), self._table((), beside, 9, (2.4, 2, 2.4, 2))]
        if with_charts:
            story += self._charts(part)
        story += self._stages(stats["stages"]) + self._slowest(part) + self._vendors(stats["vendors"])
        if part.alerts:
            story += [self._say("Alerts", "h3"), self._alerts(part.alerts)]
        else:
            story.append(self._say("No alert fired in this run."))
        if stats["first_error"]:
            story += [self._say("First error", "h3"), self._say(wording.error_line(stats["first_error"]))]
            if trace := wording.trace_address(part, stats["first_error"]["trace_id"]):
                story.append(self._say(f"Trace: {trace}"))
        story.append(self._say("What changed", "h3"))
        story += [self._say(f"• {what}") for what in part.told or []]
        if part.changes is None:
            story.append(self._say("Finding out took too long: obs explain takes its time."))
        elif not part.changes and not part.told:
            story.append(self._say("Nothing, or there is no earlier run that succeeded."))
        for change in part.changes or []:
            rows = [
                (shown.words(one["part"]), wording.where(one),
                 f"{wording.driver(one['unit'], one['before'])} to {wording.driver(one['unit'], one['after'])}",
                 wording.signed(change.measure, one["delta"]), shown.percent(one["share"]))
                for one in change.parts
            ]  # fmt: skip
            if change.rest:
                rest = wording.signed(change.measure, change.rest_delta)
                rows.append((f"{change.rest} more", "", "", rest, shown.percent(change.rest_share)))
            head = ("part", "where", "from, to", "difference", "share")
            story += [self._say(wording.change_line(change), "lead"), self._table(head, rows, 3, (1.4, 3, 3, 1.4, 1))]
        return [*story, self._say(wording.source_line(part), "source")]

    def _stages(self, stages: list[Row]) -> list[Any]:
        rows = [
            (stage["stage"], shown.words(stage["status"]) + ("" if stage["complete"] else ", incomplete"),
             shown.number(stage["count_total"]), shown.number(stage["count_error"]),
             *(shown.milliseconds(stage[f"p{share}_ms"]) for share in (50, 95, 99)), shown.usd(stage["cost_usd"]))
            for stage in stages
        ]  # fmt: skip
        head = ("stage", "status", "items", "errors", "p50", "p95", "p99", "cost")
        return (
            [self._say("Stages", "h3"), self._table(head, rows, 2, (2.4, 2, 1, 1, 1.2, 1.2, 1.2, 1.4))] if rows else []
        )

    def _slowest(self, part: RunPart) -> list[Any]:
        rows = [
            (one["stage"], one["company_id"] or "",
             wording.trace_address(part, one["trace_id"]) or one["trace_id"] or "",
             shown.milliseconds(one["duration_ms"]))
            for one in part.stats["exemplars"]
        ]  # fmt: skip
        head = ("stage", "company", "trace", "took")
        return [self._say("Slowest items", "h3"), self._table(head, rows, 3, (2, 2, 5, 1.2))] if rows else []

    def _vendors(self, vendors: list[Row]) -> list[Any]:
        rows = [
            (vendor["vendor"], shown.number(vendor["calls"]), shown.number(vendor["errors"]),
             shown.percent(vendor["error_rate"]), shown.number(vendor["rate_limit_hits"]),
             "exhausted" if vendor["quota_exhausted"] else "–", shown.number(vendor["unpriced_calls"]),
             shown.usd(vendor["cost_usd"]))
            for vendor in vendors
        ]  # fmt: skip
        head = ("vendor", "calls", "errors", "error rate", "rate limits", "quota", "unpriced calls", "cost")
        return [self._say("Vendors", "h3"), self._table(head, rows, 1)] if rows else []

    def _alerts(self, alerts: list[Row]) -> Table:
        rows = [
            (f"{alert['alert_code']} {alert['title'] or ''} {alert['subject'] or ''}",
             f"{alert['severity']}, {alert['state']}", shown.moment(alert["fired_at"]), wording.alert_line(alert),
             alert["runbook_url"] or "")
            for alert in alerts
        ]  # fmt: skip
        return self._table(("alert", "state", "since", "what", "runbook"), rows, 9, (2.2, 1.2, 1.3, 3, 2))

    def _charts(self, part: RunPart) -> list[Any]:
        drawn = [drawing(charts.drawn(chart, font=FONT)) for chart in charts.of_run(part)]
        drawn = [one for one in drawn if one is not None]
        rows = [drawn[place : place + 2] for place in range(0, len(drawn), 2)]
        return [KeepTogether(Table([[*row, ""][:2]], colWidths=[WIDTH / 2] * 2)) for row in rows]

    def _number(self, canvas: Any, document: Any) -> None:
        canvas.setFont(FONT, 7.5)
        canvas.drawRightString(
            A4[0] - 15 * mm, 8 * mm, f"{self._sheet.known(self._report.title)[:80]}, page {document.page}"
        )
