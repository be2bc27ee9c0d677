"""finish_stage over a million items, nothing folded before, and tick() beside a stage of two million folded events."""

from __future__ import annotations

import sys

from ground import events, ground, line, median, obs_lines, seconds
from obs_client import wire

BATCH = 5_000
PLAIN = """
select count(*), count(*) filter (where status = 'success'),
    percentile_disc(array[0.5, 0.95, 0.99]) within group (order by duration_ms)
from obs.run_event_logs where tenant_id = 'a' and run_id = %s and stage = 'crawl' and kind = 'item'
"""


def fill(writer: wire.Connection, run_id: str, items: int, seed: int) -> None:
    """Items alone, in slices so that a million rows need not stand in memory at once."""
    for part in range(0, items, 100_000):
        made = [row for row in events(200_000, run_id, seed=seed + part) if row["event"] == "finish"]
        lines = obs_lines(made[: items - part])
        for at in range(0, len(lines), BATCH):
            wire.send_encoded(writer, lines[at : at + BATCH])


def main(items: int = 1_000_000, rounds: int = 2) -> list[str]:
    finishes, plains, ratios = [], [], []
    with ground() as server, server.connect() as admin, wire.connect(server.dsn(user="test_writer")) as writer:
        admin.autocommit = True
        for number in range(rounds):
            run_id = f"finish-{number}"
            admin.execute("select obs.start_run('a', p_run_id => %s)", (run_id,))
            fill(writer, run_id, items, seed=number * 7)
            admin.execute("analyze obs.run_event_logs")
            plain = min(seconds(lambda run=run_id: admin.execute(PLAIN, (run,)).fetchall()) for _ in range(2))
            finish = seconds(
                lambda run=run_id: admin.execute("select obs.finish_stage(%s, 'crawl')", (run,)).fetchall()
            )
            finishes.append(finish)
            plains.append(plain)
            ratios.append(finish / plain)
        tick = ticks(admin, writer, items * rounds)
    return [
        line(
            f"finish_stage of {items:,} items, nothing folded before",
            f"{median(finishes) * 1000:,.0f} ms",
            f"plain count and percentile_disc {median(plains) * 1000:,.0f} ms",
            f"{median(ratios):.2f} ×",
            "≤ 1.5 ×",
        ),
        tick,
    ]


def ticks(admin: wire.Connection, writer: wire.Connection, folded: int) -> str:
    """A tick that folds 1 000 new events into the finished big stages' run, and into an empty one."""
    admin.execute("select obs.start_run('a', p_run_id => 'small')")
    admin.execute("select obs.tick()")
    taken = {"finish-0": [], "small": []}
    for number in range(6):
        for run_id, values in taken.items():
            made = [row for row in events(2_000, run_id, seed=1_000 + number) if row["event"] == "finish"]
            wire.send_encoded(writer, obs_lines(made))
            values.append(seconds(lambda: admin.execute("select obs.tick()").fetchall()))
    big, small = (median(values) * 1000 for values in taken.values())
    return line(
        f"tick() with 1 000 new events, {folded:,} items folded in the database",
        f"{big:,.1f} ms into a big stage",
        f"{small:,.1f} ms into an empty one",
        f"+ {big - small:,.1f} ms",
        "≤ + 50 ms",
    )


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
