"""What one call costs the caller: stage.log against the stdlib's QueueHandler, in one run.

    python bench/client_call.py [calls]

Each call is timed alone while the client's threads write the spool (no database), the two ways in turn, so that
both meet the same machine. The cost of the clock itself is measured and taken off. p99 includes the moments in which
another thread has the interpreter.
"""

from __future__ import annotations

import logging
import logging.handlers
import queue
import sys
import tempfile
from collections.abc import Callable
from time import perf_counter_ns, sleep

from ground import line
from obs_client import AttachedRun, Client, Settings

ROUNDS = 20


def timed(call: Callable[[int], object], calls: int) -> list[int]:
    """Nanoseconds of each call, sorted."""
    clock = perf_counter_ns
    taken = []
    for number in range(calls):
        began = clock()
        call(number)
        taken.append(clock() - began)
    return taken


def stdlib() -> tuple[Callable[[int], object], Callable[[], None]]:
    """A logger whose QueueHandler is drained by a QueueListener into nothing."""
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    logger = logging.getLogger("bench")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    logger.addHandler(logging.handlers.QueueHandler(records))  # type: ignore[arg-type]
    listener = logging.handlers.QueueListener(records, logging.NullHandler())  # type: ignore[arg-type]
    listener.start()

    def call(number: int) -> None:
        logger.info("finish", extra={"status": "success", "company_id": "c-17", "duration_ms": number})

    return call, listener.stop


def report(name: str, taken: list[int], clock: int) -> float:
    taken = sorted(max(0, nanoseconds - clock) for nanoseconds in taken)
    median, p99 = (taken[int(len(taken) * share)] / 1_000 for share in (0.5, 0.99))
    print(f"{name:<34} median {median:6.2f} µs   p99 {p99:7.2f} µs")
    return median


def main(calls: int = 200_000) -> list[str]:
    each = calls // ROUNDS
    with tempfile.TemporaryDirectory() as directory:
        client = Client(Settings(dsn="", spool_dir=directory, queue_events=10 * calls))
        stage = AttachedRun(client, "a", "r1").stage("crawl")
        standard, stop = stdlib()

        def plain(number: int) -> None:
            stage.log("finish", "success", "c-17", number)

        def extra(number: int) -> None:
            stage.log("finish", "success", company_id="c-17", duration_ms=number, bucket="High")

        def vendor(number: int) -> None:
            stage.log(
                "vendor_call",
                "success",
                company_id="c-17",
                duration_ms=number,
                vendor="openai",
                model="gpt-4o-mini",
                cost_usd=5.8e-05,
                tokens_input=120,
                tokens_output=7,
            )

        def item(number: int) -> None:
            with stage.item("c-17") as entered:
                entered.set(bucket="High")

        ways = {
            "stage.log": plain,
            "stage.log with extra": extra,
            "stage.log of a vendor call": vendor,
            "with stage.item": item,
            "logging with QueueHandler": standard,
        }
        taken: dict[str, list[int]] = {name: [] for name in ways}
        clock = sorted(timed(lambda number: None, 100_000))[50_000]
        for _ in range(ROUNDS):
            for name, call in ways.items():
                taken[name] += timed(call, each)
                sleep(0.01)
        medians = {name: report(name, values, clock) for name, values in taken.items()}
        ratio = medians["logging with QueueHandler"] / medians["stage.log"]
        lost = client.stats().dropped
        stop()
        client.close(60)
    p99 = sorted(taken["stage.log"])[int(len(taken["stage.log"]) * 0.99)] / 1_000
    return [
        line(
            "caller's cost of stage.log",
            f"median {medians['stage.log']:.2f} µs, p99 {p99:.1f} µs, {lost} dropped",
            f"stdlib QueueHandler median {medians['logging with QueueHandler']:.2f} µs",
            f"1 / {ratio:.1f}",
            "≤ 2 µs, p99 ≤ 50 µs",
        )
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
