"""One obs.log_event a transaction against the bare INSERT of the same row; each commit waits for the disk."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from ground import RUN_DAY, ground, line, median
from support.binaries import bindir

CALL = """
select obs.log_event('single', 'crawl', 'finish', 'success', p_company_id => '77', p_duration_ms => 123,
    p_extra => '{"http_status": 200}');
"""
BARE = f"""
insert into bare (run_id, tenant_id, stage, company_id, event, status, duration_ms, extra, ts, level, logger, event_id,
    received_at, kind, run_day)
values ('single', 'a', 'crawl', '77', 'finish', 'success', 123, '{{"http_status": 200}}', clock_timestamp(), 'INFO',
    'obs.stage', gen_random_uuid(), clock_timestamp(), 'item', '{RUN_DAY}');
"""


def rate(dsn: str, statement: str, clients: int, seconds: int) -> float:
    """Transactions a second by pgbench."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        Path(script.name).write_text(statement)
        done = subprocess.run(
            [str(bindir() / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds),
             "-f", script.name, dsn],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    return float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))  # type: ignore[union-attr]


def main(seconds: int = 10, rounds: int = 3, clients: int = 4) -> list[str]:
    lines = []
    with ground(durable=True) as server, server.connect() as admin:
        admin.autocommit = True
        admin.execute("select obs.start_run('a', p_run_id => 'single')")
        dsn = server.dsn(user="test_writer")
        for delay_us, disk in ((0, "this disk"), (1000, "commits of 1 ms")):
            # As if the disk took that long: every commit waits before it is flushed.
            admin.execute(f"alter system set commit_delay = {delay_us}")
            admin.execute("alter system set commit_siblings = 0")
            admin.execute("select pg_reload_conf()")
            calls, inserts, ratios = [], [], []
            for _ in range(rounds):
                inserts.append(rate(dsn, BARE, clients, seconds))
                calls.append(rate(dsn, CALL, clients, seconds))
                ratios.append(calls[-1] / inserts[-1])
                admin.execute("select obs.tick()")
            lines.append(
                line(
                    f"one log_event a transaction, {clients} clients, {disk}",
                    f"{median(calls):,.0f} calls/s",
                    f"bare INSERT {median(inserts):,.0f}/s",
                    f"{median(ratios):.2f} ×",
                    "≥ 0.8 ×",
                )
            )
    return lines


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
