"""Eight writers on one stage against the same eight on eight stages: there must be no hot row."""

from __future__ import annotations

import sys

from ground import ground, line, median
from single_call import rate

ONE = "select obs.log_event('busy', 'stage0', 'finish', 'success', p_duration_ms => 100);\n"
EIGHT = "select obs.log_event('busy', 'stage' || :client_id, 'finish', 'success', p_duration_ms => 100);\n"


def main(seconds: int = 8, rounds: int = 3) -> list[str]:
    one, eight, ratios = [], [], []
    with ground() as server, server.connect() as admin:
        admin.autocommit = True
        admin.execute("select obs.start_run('a', p_run_id => 'busy')")
        dsn = server.dsn(user="test_writer")
        for _ in range(rounds):
            one.append(rate(dsn, ONE, 8, seconds))
            eight.append(rate(dsn, EIGHT, 8, seconds))
            ratios.append(one[-1] / eight[-1])
            admin.execute("select obs.tick()")
    return [
        line(
            "8 writers on one stage",
            f"{median(one):,.0f} calls/s",
            f"on eight stages {median(eight):,.0f}/s",
            f"{median(ratios):.2f} ×",
            "no slower",
        )
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
