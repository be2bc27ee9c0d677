"""What people do in the demo: somebody takes an alert and begins its runbook, a reviewer goes through samples."""

from __future__ import annotations

import psycopg

REVIEWER = "alba_reviewer"
FAILED = 2  # of the first run's ten samples
LEFT = 4  # samples of the last run that still wait

_ALERT = """select alert_id from obs.alert_active where acked_by is null and muted_by is null
    order by case severity when 'page' then 1 when 'warning' then 2 else 3 end, fired_at limit 1"""
_STEPS = "select step from obs.runbook_steps(%s) order by step limit 2"
_RUNS = "select run_id from obs.qa_run_status order by started_at"
_SAMPLES = """select company_id from obs.qa_samples
    where run_id = %s and stratum = 'random' and result = 'needs_review' order by draw_rank"""


def work(ops_dsn: str, reviewer_dsn: str) -> None:
    """Once, after the last night."""
    with psycopg.connect(ops_dsn, autocommit=True) as connection:
        for (alert,) in connection.execute(_ALERT).fetchall():
            connection.execute("select obs.ack(%s, 'looking into it')", (alert,))
            for (step,) in connection.execute(_STEPS, (alert,)).fetchall():
                connection.execute("select obs.tick_step(%s, %s, %s)", (alert, step, "done, as the check says"))
    with psycopg.connect(reviewer_dsn, autocommit=True) as connection:
        runs = [run for (run,) in connection.execute(_RUNS).fetchall()]
        for place, run in enumerate(runs):
            companies = [company for (company,) in connection.execute(_SAMPLES, (run,)).fetchall()]
            wanted = companies[:-LEFT] if run == runs[-1] else companies
            for number, company in enumerate(wanted):
                verdict = "fail" if number < FAILED - place else "pass"
                connection.execute("select obs.qa_review(%s, %s, %s)", (run, company, verdict))
