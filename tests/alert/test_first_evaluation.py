"""The first evaluation of many tenants, in a session whose plans were made while nothing had been judged."""

from __future__ import annotations

from support.db import Db

RUNS = """
insert into obs.tenants (tenant_id) select 't' || t from generate_series(1, %(tenants)s) t;
insert into obs.enrichment_runs (tenant_id, run_id, started_at, ended_at, status, run_day, finished_at)
select 't' || t, 't' || t, now() - interval '2 hours', now() - interval '1 hour', 'success', current_date, now()
from generate_series(1, %(tenants)s) t;
insert into obs.run_stage_stats (tenant_id, run_id, stage, count_total, count_success, count_error, status)
select tenant_id, run_id, 'crawl', 100, 10, 90, 'success' from obs.enrichment_runs;
"""


def test_no_subject_is_looked_for_from_one_end_of_the_table_to_the_other(db: Db) -> None:
    tenants = 100
    for statement in RUNS.split(";\n"):
        if statement.strip():
            db.execute(statement, {"tenants": tenants})
    db.execute("analyze")
    db.call("evaluate_alerts")
    db.execute("select pg_stat_force_next_flush()")
    states = db.one("select count(*) from obs.alert_states")
    assert states >= 3 * tenants
    read = db.one("select seq_tup_read from pg_stat_user_tables where relid = 'obs.alert_states'::regclass")
    assert read < 20 * states, f"{read} rows read by scans for {states} subjects"
