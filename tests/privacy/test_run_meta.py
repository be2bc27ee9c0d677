"""What a run is started with becomes metrics, and no number that its key calls personal is among them."""

from __future__ import annotations

from support.db import Db
from support.pipeline import line, log_lines, metrics

META = {
    "candidates_pre": 12,
    "phone": 14155550123,
    "ssn": 123456789,
    "card_number": 4111111111111111,
    "pin": 1234,
    "+1 415 555 0123": 3,
    "jo@example.com": 4,
}


def test_personal_numbers_of_a_start_become_no_metrics_by_either_way(db: Db) -> None:
    db.call("start_run", tenant_id="a", run_id="called", meta=META)
    log_lines(db, [line("logged", "run_start", stage=None, tenant_id="a", extra=META)])
    for run in ("called", "logged"):
        text = str(db.rows("select name, label, value from obs.run_metrics where run_id = %s", (run,)))
        assert metrics(db, run)["candidates_pre"] == 12
        for word in ("14155550123", "123456789", "4111111111111111", "1234", "415 555", "jo@"):
            assert word not in text, (run, word)
