"""Durable ingest through the whole client, stage.log to spool to database, against COPY into the bare twin.

The client's side is timed from the first call to the moment every event is acknowledged by the database, spool lines
included. What a pipeline waits for is in client_call.py.
"""

from __future__ import annotations

import sys
import tempfile

from ground import bare_lines, copy_bare, create_bare, events, ground, line, median, seconds
from obs_client import AttachedRun, Client, Settings

BATCH = 5_000


def log(client: Client, run_id: str, count: int) -> None:
    stage = AttachedRun(client, "a", run_id).stage("crawl")
    for number in range(count // 2):
        stage.log("finish", "success", company_id=str(number), duration_ms=number % 4_000, http_status=200)
        stage.log(
            "vendor_call", "success", company_id=str(number), vendor="openai", model="gpt-4o-mini", duration_ms=412,
            cost_usd=0.000123, tokens_input=700, tokens_output=100, attempt=1,
        )  # fmt: skip
    if not client.flush(600):
        raise RuntimeError(f"not delivered: {client.stats()}")


def main(count: int = 100_000, rounds: int = 3) -> list[str]:
    ratios, door, bare = [], [], []
    with ground() as server, server.connect() as admin:
        admin.autocommit = True
        for number in range(rounds):
            run_id = f"client-{number}"
            admin.execute("select obs.start_run('a', p_run_id => %s)", (run_id,))
            create_bare(admin)
            theirs = bare_lines(events(count, run_id, seed=number))
            slow = seconds(lambda rows=theirs: copy_bare(admin, rows, BATCH))
            with tempfile.TemporaryDirectory() as directory:
                client = Client(
                    Settings(
                        dsn=server.dsn(user="test_writer"), spool_dir=directory, queue_events=10 * count, adopt=False
                    )
                )
                quick = seconds(lambda run=run_id, one=client: log(one, run, count))
                client.close(60)
            stored = admin.execute("select count(*) from obs.run_event_logs where run_id = %s", (run_id,)).fetchone()
            if stored is None or stored[0] < count:
                raise RuntimeError(f"{stored} of {count} events are there")
            bare.append(count / slow)
            door.append(count / quick)
            ratios.append(slow / quick)
    return [
        line(
            "the whole client, one process",
            f"{median(door):,.0f} events/s",
            f"COPY into the bare twin {median(bare):,.0f} events/s",
            f"{median(ratios):.2f} ×",
            "≥ 0.5 ×",
        )
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
