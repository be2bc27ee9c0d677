"""finish_run of a large run whose items have buckets, with the draw of its QA sample and without."""

from __future__ import annotations

import sys

from ground import ground, line, median, seconds
from support.aged import EVENTS
from support.db import Db

SCORED = EVENTS.replace('{"http_status": 200}', '{"bucket": "High"}')
NO_DRAW = """
create or replace function obs._draw_qa(p_tenant_id text, p_run_id text, p_asked boolean default false) returns boolean
language sql return false
"""


def finishes(db: Db, name: str, items: int, rounds: int) -> list[float]:
    taken = []
    for number in range(rounds):
        run = f"{name}-{number}"
        db.call("start_run", tenant_id="a", run_id=run)
        day = db.one("select run_day from obs.enrichment_runs where run_id = %s", (run,))
        db.execute(SCORED, {"run": run, "tenant": "a", "day": day, "count": items})
        db.execute("analyze obs.run_event_logs")
        taken.append(seconds(lambda run=run: db.call("finish_run", run_id=run)))
    return taken


def main(rounds: int = 3) -> list[str]:
    lines = []
    with ground() as server:
        db = Db(server.connect())
        sizes = (99_000, 1_000_000)  # just drawn by the finish itself, and left to the tick
        drawn = {items: median(finishes(db, f"drawn-{items}", items, rounds)) for items in sizes}
        db.execute(NO_DRAW)
        for items in sizes:
            plain = median(finishes(db, f"plain-{items}", items, rounds))
            lines.append(
                line(
                    f"finish_run of {items:,} scored items, with its QA sample",
                    f"{drawn[items] * 1000:,.0f} ms",
                    f"without a draw {plain * 1000:,.0f} ms",
                    f"{drawn[items] / plain:.2f} ×",
                    "≤ 1.5 ×",
                )
            )
        db.close()
    return lines


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
