"""Runs of a pipeline as diagnosis looks at them: healthy ones, and ones with a single fault."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import line, log_lines

FIRST_NIGHT = datetime(2026, 11, 2, 1, tzinfo=timezone.utc)
CRAWL_TROUBLE = {"HTTP_404": 0.03, "DNS_FAILURE": 0.02, "HTTP_403": 0.015, "TIMEOUT": 0.015, "TLS_FAILURE": 0.01}
SUBJECTS = {
    "MV-01": "mv_refresh",
    "CR-02": "crawl",
    "VQ-03": "lusha",
    "OA-04": "openai",
    "CC-05": "candidates",
    "OE-06": "export_odoo",
}


class NightRun:
    """Logs one run. Everything is healthy but what the arguments of a stage say; `seed` draws the everyday failures."""

    def __init__(self, db: Db, number: int, tenant: str = "a", companies: int = 120, seed: int = 1) -> None:
        self.db, self.tenant, self.companies = db, tenant, companies
        self.run = f"{tenant}-{number}"
        self.dice = random.Random(seed * 1_000_003 + number)
        self.at = FIRST_NIGHT + timedelta(days=number)
        db.call("start_run", tenant_id=tenant, run_id=self.run, started_at=self.at)

    def refresh(self, code: str | None = None, message: str | None = None) -> NightRun:
        self._log([self._item("mv_refresh", 0, code, error_msg=message)])
        self.db.call("finish_stage", run_id=self.run, stage="mv_refresh", tenant_id=self.tenant)
        return self

    def candidates(
        self, pre: int | None = None, lost: Mapping[str, int] | None = None, fallback: int | None = None
    ) -> NightRun:
        pre = pre if pre is not None else 3 * self.companies
        lost = lost if lost is not None else {"no_domain": pre // 20, "industry": pre // 4, "daily_cap": pre // 3}
        numbers = [("candidates_pre", pre, ""), ("candidates_post", pre - sum(lost.values()), "")]
        numbers += [("candidates_lost", number, reason) for reason, number in lost.items()]
        if fallback is not None:
            numbers.append(("industry_fallback", fallback, ""))
        for name, value, reason in numbers:
            self.db.call("set_metric", run_id=self.run, name=name, value=value, reason=reason, tenant_id=self.tenant)
        return self

    def crawl(self, trouble: Mapping[str, float] | None = None, domain: str | None = None) -> NightRun:
        """`trouble`: shares of companies by error code, on top of the everyday ones; `domain`: where those are."""
        shares = {
            **CRAWL_TROUBLE,
            **{code: CRAWL_TROUBLE.get(code, 0) + more for code, more in (trouble or {}).items()},
        }
        lines = []
        for company in range(self.companies):
            draw, failed = self.dice.random(), None
            for code, share in shares.items():
                if draw < share:
                    failed = code
                    break
                draw -= share
            site = domain if domain and failed in (trouble or {}) else f"site-{company}.example"
            lines.append(
                self._item("crawl", company, failed, extra={"domain": site}, duration_ms=self.dice.randrange(20, 900))
            )
        self._log(lines)
        self.db.call("finish_stage", run_id=self.run, stage="crawl", tenant_id=self.tenant)
        return self

    def calls(
        self,
        vendor: str,
        number: int,
        codes: Mapping[int, str] | None = None,
        gap_ms: int = 1000,
        duration_ms: int = 800,
        tokens: Mapping[int, int] | None = None,
    ) -> NightRun:
        """`codes` and `tokens` of single calls by their place; each call begins `gap_ms` after the one before."""
        lines = []
        for place in range(number):
            code = (codes or {}).get(place)
            self.at += timedelta(milliseconds=gap_ms)
            lines.append(
                line(
                    self.run, "vendor_call", self.tenant, "score" if vendor == "openai" else vendor,
                    ts=(self.at + timedelta(milliseconds=duration_ms)).isoformat(), vendor=vendor,
                    status="error" if code else "success", error_code=code, duration_ms=duration_ms,
                    company_id=str(place),
                    tokens_input=(tokens or {}).get(place, self.dice.randrange(400, 900)), tokens_output=100,
                    model="gpt-4o-mini" if vendor == "openai" else None,
                )
            )  # fmt: skip
        self._log(lines)
        return self

    def export(self, failures: Mapping[int, tuple[str, str]] | None = None, number: int = 60) -> NightRun:
        lines = []
        for company in range(number):
            code, message = (failures or {}).get(company, (None, None))
            lines.append(self._item("export_odoo", company, code, error_msg=message))
        self._log(lines)
        self.db.call("finish_stage", run_id=self.run, stage="export_odoo", tenant_id=self.tenant)
        return self

    def finish(self) -> str:
        self.db.call("finish_run", run_id=self.run, tenant_id=self.tenant, ended_at=self.at + timedelta(minutes=30))
        snapshot(self.db, self.run, self.tenant)
        return self.run

    def _item(self, stage: str, company: int, code: str | None = None, **more: Any) -> dict[str, Any]:
        self.at += timedelta(milliseconds=20)
        return line(
            self.run, "error" if code else "finish", self.tenant, stage, company_id=str(company), error_code=code,
            ts=self.at.isoformat(), **more,
        )  # fmt: skip

    def _log(self, lines: list[dict[str, Any]]) -> None:
        assert log_lines(self.db, lines)[0] == len(lines)


def snapshot(db: Db, run: str, tenant: str = "a") -> None:
    db.execute("select obs._snapshot_hosts(%s, %s)", (tenant, run))


def healthy(db: Db, number: int, **more: Any) -> str:
    """A night without a fault."""
    night = NightRun(db, number, **more).refresh().candidates(fallback=3).crawl()
    night.calls("lusha", 60, gap_ms=2000).calls("openai", night.companies, gap_ms=1000, duration_ms=2500)
    return night.export({7: ("CONNECT_FAILED", "could not connect")} if number % 3 == 0 else None).finish()


def alert(db: Db, code: str, run: str | None, tenant: str = "a", **more: Any) -> int:
    """The open alert that the engine has raised, or one as it would have written it, with these values."""
    values = {
        "tenant_id": tenant, "alert_code": code, "subject": SUBJECTS.get(code, ""), "severity": "warning",
        "run_id": run,
        "value": 1, "threshold": 0, "rule_version": 1, "summary": "something is wrong",
        "breached_at": "2026-11-25 01:00Z", "fired_at": "2026-11-25 01:00Z", **more,
    }  # fmt: skip
    columns = ", ".join(values)
    marks = ", ".join(f"%({name})s" for name in values)
    adapted = {name: Jsonb(value) if isinstance(value, dict | list) and name in ("details", "evidence") else value
               for name, value in values.items()}  # fmt: skip
    raised = db.rows(
        f"""update obs.alerts set ({columns}) = row ({marks}) where tenant_id = %(tenant_id)s and not is_simulation
            and alert_code = %(alert_code)s and subject = %(subject)s and resolved_at is null returning alert_id""",
        adapted,
    )
    if raised:
        return int(raised[0].alert_id)
    return int(db.one(f"insert into obs.alerts ({columns}) values ({marks}) returning alert_id", adapted))


def seen_good(db: Db, code: str, run: str, tenant: str = "a") -> None:
    """The engine saw the rule not in breach in that run."""
    db.execute(
        """insert into obs.alert_observations
            (tenant_id, alert_code, subject, observed_at, run_id, verdict, severity, rule_version)
        values (%s, %s, %s, '2026-11-20Z', %s, 'ok', 'warning', 1)""",
        (tenant, code, SUBJECTS[code], run),
    )


def verdicts(db: Db, alert_id: int) -> dict[str, Any]:
    """What the diagnosis says, by check."""
    return {found["check"]: found for found in db.call("diagnose", alert_id=alert_id)}


def causes(db: Db, alert_id: int) -> list[str]:
    return [name for name, found in verdicts(db, alert_id).items() if found["verdict"] == "cause"]
