"""Batch ingest through the door against COPY into the bare twin: one connection, 5 000 events a transaction."""

from __future__ import annotations

import sys

from ground import bare_lines, copy_bare, create_bare, events, ground, line, median, obs_lines, seconds
from obs_client import wire

BATCH = 5_000


def main(count: int = 100_000, rounds: int = 3) -> list[str]:
    ratios, door, bare = [], [], []
    with ground() as server, server.connect() as admin:
        admin.autocommit = True
        with wire.connect(server.dsn(user="test_writer")) as writer:
            for number in range(rounds):
                made = events(count, f"ingest-{number}", seed=number)
                admin.execute("select obs.start_run('a', p_run_id => %s)", (f"ingest-{number}",))
                create_bare(admin)
                theirs, ours = bare_lines(made), obs_lines(made)
                slow = seconds(lambda rows=theirs: copy_bare(admin, rows, BATCH))
                quick = seconds(
                    lambda rows=ours: [
                        wire.send_encoded(writer, rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)
                    ]
                )
                bare.append(count / slow)
                door.append(count / quick)
                ratios.append(slow / quick)
            stored = admin.execute("select count(*) from obs.run_event_logs").fetchone()
            assert stored == (count * rounds,), stored
    return [
        line(
            "batch ingest, one connection",
            f"{median(door):,.0f} events/s",
            f"COPY into the bare twin {median(bare):,.0f} events/s",
            f"{median(ratios):.2f} ×",
            "≥ 0.5 ×",
        )
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
