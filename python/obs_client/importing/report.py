"""What an import did, run by run, and what it had to leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import NamedTuple

from ..types import Counts

NAMED = 20  # lines that are named one by one; the others are counted

Key = tuple[str | None, str]
NOTHING = Counts()


class BadLine(NamedTuple):
    """A line that was left out."""

    file: str
    number: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {self.why}"


@dataclass
class RunReport:
    """One run's share of the files."""

    tenant_id: str | None
    run_id: str
    lines: int = 0
    counts: Counts = NOTHING
    reasons: Counter[str] = field(default_factory=Counter)  # of its quarantined events, as far as they were told
    started: bool = False  # the files hold its run_start
    finished: bool = False  # … or its run_finish
    first_ts: str | None = None  # of its first line
    last_ts: str | None = None  # the latest of its lines
    closed_as: str | None = None  # what --close-unfinished made of it
    not_closed: str | None = None  # … or why it made nothing

    def __str__(self) -> str:
        return f"run {self.run_id}" + (f" of tenant {self.tenant_id}" if self.tenant_id else "")

    def see(self, event: str | None, ts: str | None) -> None:
        """Take note of one more line."""
        self.lines += 1
        if event == "run_start":
            self.started = True
        elif event == "run_finish":
            self.finished = True
        if ts:
            moment = ts if len(ts) == 24 and ts[-1] == "Z" else _in_utc(ts)
            if self.last_ts is None:
                self.first_ts = self.last_ts = moment
            elif moment > self.last_ts:
                self.last_ts = moment


@dataclass
class Report:
    """The whole import."""

    runs: dict[Key, RunReport] = field(default_factory=dict)
    lines: int = 0
    bad: list[BadLine] = field(default_factory=list)  # the first NAMED of them
    bad_lines: int = 0
    broken: list[str] = field(default_factory=list)  # files that could be read in part only
    seconds: float = 0.0
    stopped: bool = False

    def run(self, key: Key) -> RunReport:
        found = self.runs.get(key)
        if found is None:
            found = self.runs[key] = RunReport(*key)
        return found

    def leave_out(self, line: BadLine) -> None:
        self.bad_lines += 1
        if len(self.bad) < NAMED:
            self.bad.append(line)

    @property
    def counts(self) -> Counts:
        return add(run.counts for run in self.runs.values())

    @property
    def unfinished(self) -> list[RunReport]:
        return [run for run in self.runs.values() if not run.finished and run.closed_as is None]

    @property
    def complete(self) -> bool:
        """Whether every line of every file is in the database now."""
        counts = self.counts
        return not (self.bad_lines or self.broken or self.stopped or counts.quarantined or counts.rejected)


def add(counts: Iterable[Counts]) -> Counts:
    total = NOTHING
    for part in counts:
        total = total.plus(part)
    return total


def _in_utc(ts: str) -> str:
    """The moment in the one form in which moments compare as texts."""
    whole, _, rest = ts.replace(" ", "T").partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    zone = rest[len(digits) :] if rest else ""
    if not rest:
        whole, zone = (whole[:19], whole[19:])
    if len(zone) == 3:
        zone += ":00"
    try:
        moment = datetime.fromisoformat(f"{whole}.{digits[:6]:0<6}{'+00:00' if zone in ('', 'Z') else zone}")
    except ValueError:
        return ts
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
