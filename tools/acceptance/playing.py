"""Plays the nights with what goes wrong in them: a kill -9 in the middle, deliveries that come twice, late events."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from obs_client.importing import import_files
from obs_client.spool_file import position, sidecar

from .nights import Line, NightLog
from .pipeline import SENT, WRITTEN
from .world import World

CRASHED, LATE = 2, 3  # places of the nights, in order of time, in which it happens
LATE_EVENTS = 12
WAIT_S = 60.0


class PlayError(Exception):
    """The nights could not be played; the message says what did not happen."""


@dataclass
class Told:
    """What was done to the nights, for the evidence."""

    killed: str = ""
    unsent_at_kill: int = 0  # events in the log file that the database had not answered
    replayed: str = ""
    late: str = ""
    late_events: int = 0
    delivered_again: int = 0
    counted_again: int = 0  # of those


class Pipeline:
    """A process of the pipeline; `with` ends it in order."""

    def __init__(self, world: World) -> None:
        command = [sys.executable, "-m", "acceptance.pipeline", world.dsn("pipeline"), str(world.spool)]
        environment = {**world.environment("pipeline"), "PYTHONPATH": ":".join(path for path in sys.path if path)}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.close()
            if self.process.wait(WAIT_S) not in (0, -signal.SIGKILL) and error is None:
                raise PlayError(f"a pipeline's process ended with {self.process.returncode}")
        finally:
            self.process.kill()
            self.process.stdout.close()

    def log(self, lines: Iterable[Line]) -> None:
        assert self.process.stdin
        for line in lines:
            self.process.stdin.write(json.dumps(line, default=_number) + "\n")

    def until(self, word: str) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        if self.process.stdout.readline().strip() != word:
            raise PlayError(f"the pipeline's events were never {word}")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(WAIT_S)


def play(world: World, nights: list[NightLog]) -> Told:
    """All nights, then their deliveries a second time."""
    told = Told()
    world.spool.mkdir(exist_ok=True)
    for place, night in enumerate(nights):
        if place == CRASHED:
            _killed(world, night, told)
        elif place == LATE:
            _late(world, night, told)
        else:
            with Pipeline(world) as pipeline:
                pipeline.log(night.lines)
    _again(world, told)
    world.execute("select obs.tick()")
    return told


def _killed(world: World, night: NightLog, told: Told) -> None:
    """kill -9 in the middle: a quarter of the night is sent, half of it written. Then `obs replay`, and the rest."""
    sent, written = len(night.lines) // 4, len(night.lines) // 2
    with Pipeline(world) as pipeline:
        pipeline.log(night.lines[:sent])
        pipeline.until(SENT)
        pipeline.log(night.lines[sent:written])
        pipeline.until(WRITTEN)
        pipeline.kill()
    told.killed, told.unsent_at_kill = night.run_id, _waiting(world.spool)
    done = world.command("replay", "--spool-dir", world.spool, login="pipeline")
    if done.returncode:
        raise PlayError(f"obs replay failed: {done.stderr}")
    told.replayed = done.stdout.strip()
    with Pipeline(world) as pipeline:
        pipeline.log(night.lines[written:])


def _late(world: World, night: NightLog, told: Told) -> None:
    """Some of the last stage's events arrive when the run has ended and its numbers are made."""
    places = [place for place, line in enumerate(night.lines) if line["stage"] and line["company_id"] is not None]
    held = set(places[-LATE_EVENTS:])
    with Pipeline(world) as pipeline:
        pipeline.log(line for place, line in enumerate(night.lines) if place not in held)
    world.execute("select obs.tick()")
    with Pipeline(world) as pipeline:
        pipeline.log(night.lines[place] for place in sorted(held))
    told.late, told.late_events = night.run_id, len(held)


def _again(world: World, told: Told) -> None:
    """A whole log file is delivered again as if its answer had been lost, and all files are imported on top of that."""
    file = max(world.logs, key=lambda path: path.stat().st_size)
    sidecar(file).unlink()
    done = world.command("replay", "--spool-dir", world.spool, login="pipeline")
    accepted, duplicate = (int(number) for number in re.findall(r"(\d+) (?:accepted|duplicate)", done.stdout))
    told.delivered_again, told.counted_again = duplicate + accepted, accepted
    counts = import_files(world.dsn("pipeline"), world.logs).counts
    told.delivered_again += counts.accepted + counts.duplicate
    told.counted_again += counts.accepted


def _waiting(spool: Path) -> int:
    """Events in the log files that the database has not answered."""
    return sum(file.read_bytes()[position(file) :].count(b"\n") for file in spool.glob("*.log"))


def _number(value: Decimal) -> Any:
    return float(value)
