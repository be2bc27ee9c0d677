"""What people do in the mornings after: drills with their runbooks, and the review of samples."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import Any

from .world import World

DRILL_WAIT_S = 60
FAILED_FIRST, FAILED_LATER = 3, 1  # of ten: the first run of each tenant falls short of 80 %
_DRILLABLE = "select alert_code from obs.alert_rules where condition is not null and not is_user_defined order by 1"
_DRILLS = """select alert_id, alert_code, tenant_id, fired_at, resolved_at from obs.alerts
    where is_simulation order by alert_id"""
_WAITING = """select run_id, company_id from obs.qa_samples
    where tenant_id = %s and run_id = %s and stratum = 'random' order by draw_rank"""


@dataclass
class Work:
    """What was done, for the evidence."""

    drills: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)  # by tenant
    codes: list[str] = field(default_factory=list)  # of the alerts that can be drilled
    failed: dict[tuple[str, str], int] = field(default_factory=dict)  # samples that failed, by tenant and run


def drill(world: World, tenant: str, work: Work) -> None:
    """Fires every alert for the tenant and waits until it is told; then its reader does the runbook step by step."""
    work.codes = [row.alert_code for row in world.rows(_DRILLABLE)]
    work.drills[tenant] = world.command("simulate", "--all", "--tenant", tenant, "--wait", DRILL_WAIT_S, login="ops")
    for alert in drills_of(world):
        login = who_sees(alert)
        steps = world.rows("select step from obs.runbook_steps(%s)", (alert.alert_id,), login)
        for row in steps:
            world.execute("select obs.tick_step(%s, %s, 'acceptance')", (alert.alert_id, row.step), login)


def review(world: World, runs: list[tuple[str, str]], work: Work) -> None:
    """The tenant's reviewer goes through each run's sample; the first run of a tenant falls short."""
    seen: set[str] = set()
    for tenant, run_id in runs:
        sample = world.rows(_WAITING, (tenant, run_id), f"reviewer_{tenant}")
        wanted = FAILED_LATER if tenant in seen else FAILED_FIRST
        seen.add(tenant)
        for place, one in enumerate(sample):
            verdict = "fail" if place < wanted else "pass"
            world.execute(
                "select obs.qa_review(%s, %s, %s, p_tenant_id => %s)",
                (run_id, one.company_id, verdict, tenant),
                f"reviewer_{tenant}",
            )
        work.failed[tenant, run_id] = min(wanted, len(sample))
    world.execute("select obs.tick()")


def drills_of(world: World) -> list[Any]:
    return world.rows(_DRILLS)


def who_sees(alert: Any) -> str:
    """The login that an alert is for: its tenant's reader, or ops where it is about obs itself."""
    return f"reader_{alert.tenant_id}" if alert.tenant_id else "ops"
