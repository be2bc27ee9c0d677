"""What a test of alerts does again and again: a run with certain numbers, a step of the clock, what was told."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db

START = "2026-03-02 01:00:00+00"


class Watch:
    """Runs of made-up numbers and what obs makes of them."""

    def __init__(self, db: Db) -> None:
        self.db = db
        self._runs = 0

    def at(self, moment: str) -> None:
        """Moves the clock of obs for this session."""
        self.db.execute("select set_config('obs.now', %s, false)", (moment,))

    def run(self, tenant: str = "a", run: str | None = None, finish: bool = True, **numbers: Any) -> str:
        """A whole run; `crawl=(total, errors)`, `openai=(calls, hits)`, `lusha=…`, `quota=(vendor, hits)`,
        `post=candidates`, `export_odoo=…`, `mv_refresh=…`; what is not named went well."""
        self._runs += 1
        run = run or f"run-{self._runs}"
        self.db.call("start_run", tenant_id=tenant, run_id=run)
        if (post := numbers.pop("post", 60)) is not None:
            self.db.call("set_metric", run_id=run, name="candidates_post", value=post, tenant_id=tenant)
        stages = {"mv_refresh": (3, 0), "crawl": (40, 0), "export_odoo": (5, 0)}
        vendors = {"openai": (10, 0), "lusha": (10, 0)}
        quota = numbers.pop("quota", None)
        for name, pair in numbers.items():
            (stages if name in ("mv_refresh", "crawl", "export_odoo") else vendors)[name] = pair
        lines: list[dict[str, Any]] = []
        for stage, (total, errors) in stages.items():
            for number in range(total):
                ok = number >= errors
                lines.append(
                    {"logger": "obs.stage", "stage": stage, "event": "finish" if ok else "error",
                     "status": "success" if ok else "error", "company_id": str(number), "duration_ms": 10 + number,
                     "error_code": None if ok else "HTTP_500"}
                )  # fmt: skip
        for vendor, (calls, hits) in vendors.items():
            lines += [self._call(vendor, "HTTP_429" if number < hits else None) for number in range(calls)]
        if quota:
            lines += [self._call(quota[0], "HTTP_402") for _ in range(quota[1])]
        tail = [{**one, "tenant_id": tenant, "run_id": run} for one in lines]
        self.db.call("log_events", events=Jsonb(tail))
        for stage in stages:
            self.db.call("finish_stage", run_id=run, stage=stage, tenant_id=tenant)
        if finish:
            self.db.call("finish_run", run_id=run, tenant_id=tenant)
        return run

    @staticmethod
    def _call(vendor: str, code: str | None) -> dict[str, Any]:
        return {
            "logger": "obs.vendor", "stage": "score", "event": "vendor_call", "vendor": vendor, "cost_usd": 0.001,
            "status": "error" if code else "success", "error_code": code, "duration_ms": 5,
        }  # fmt: skip

    def evaluate(self) -> Any:
        return self.db.one("select obs.evaluate_alerts()")

    def flush(self) -> int:
        told: int = self.db.one("select obs.flush_notifications()")
        return told

    def active(self, tenant: str = "a") -> dict[str, str]:
        """Severity of each open alert, by code and subject."""
        query = """select alert_code || ':' || subject, severity from obs.alert_active
            where tenant_id = %s and not is_simulation"""
        return dict(self.db.rows(query, (tenant,)))

    def moves(self, code: str, tenant: str = "a") -> list[tuple[str, str, str]]:
        query = """select from_state, to_state, reason from obs.alert_transitions
            where alert_code = %s and tenant_id = %s order by transition_id"""
        return [tuple(row) for row in self.db.rows(query, (code, tenant))]

    def told(self) -> list[tuple[str, str, str, str]]:
        """Kind, code, subject and route of every notification, in their order."""
        query = "select kind, alert_code, subject, route_name from obs.notifications order by notification_id"
        return [tuple(row) for row in self.db.rows(query)]

    def observe(self, verdict: str, code: str = "VQ-03", value: float = 1, **more: Any) -> None:
        """What a condition would have said, without a run behind it."""
        self.db.execute(
            """select obs._observe(jsonb_populate_record(null::obs.alert_observations, %s))""",
            (Jsonb({"tenant_id": "a", "alert_code": code, "subject": "x", "is_simulation": False, "verdict": verdict,
                    "value": value, "threshold": 0, "severity": "warning", "rule_version": 0,
                    "observed_at": self.db.one("select obs.now()::text"), **more}),),
        )  # fmt: skip
