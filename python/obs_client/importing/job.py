"""The import itself: lines gathered run by run, sent in batches, counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from .. import errors, wire
from ..ids import line_id
from .door import PAUSES, Door
from .files import LogFile
from .reading import Line, Occurrences, in_order, read
from .report import BadLine, Key, Report
from .rows import Entry, entry

WAITING = 10 * wire.MAX_ROWS  # rows of all runs in memory


@dataclass(frozen=True)
class ImportOptions:
    """What to do beyond sending the lines."""

    start_missing: bool = False  # start runs whose run_start is in none of the files
    close_unfinished: bool = False  # finish runs whose run_finish is in none of them
    end_status: str | None = None  # … with this status; None lets the stages decide
    pauses: Sequence[float] = PAUSES  # seconds between attempts
    bytes_read: Callable[[int], None] | None = None  # told of progress
    on_start: Callable[[int], None] | None = None  # told of the bytes there are to read


@dataclass
class _Group:
    """The rows of one run that wait for their batch."""

    rows: list[str] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)


def import_files(dsn: str, paths: Sequence[str | Path], options: ImportOptions | None = None) -> Report:
    """Import log files. What is wrong with a line keeps only that line out; LogFileError when a file is no log at all.

    Errors of the database itself are raised; whatever was sent before stays, and importing the same files again
    goes on where it ended.
    """
    began = time.monotonic()
    options = options or ImportOptions()
    files = in_order([LogFile(path) for path in paths])
    job = _Job(Door(dsn, options.pauses), options)
    try:
        if options.start_missing:
            job.start_missing(files)
        with job.stoppable():
            job.send_all(files)
            if options.close_unfinished:
                job.close_unfinished()
    finally:
        job.door.close()
    job.report.seconds = time.monotonic() - began
    return job.report


class _Job:
    def __init__(self, door: Door, options: ImportOptions) -> None:
        self.door, self.options, self.report = door, options, Report()
        self._groups: dict[Key, _Group] = {}
        self._waiting = 0

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Ctrl-C ends the work, not the report."""
        try:
            yield
        except KeyboardInterrupt:
            self.report.stopped = True

    def send_all(self, files: Sequence[LogFile]) -> None:
        occurrences = Occurrences()
        if self.options.on_start:
            self.options.on_start(sum(file.size() for file in files))
        for file in files:
            occurrences.begin_file()
            if self.options.bytes_read:
                file.watch(self.options.bytes_read)
            for line in read(file):
                self.report.lines += 1
                if line.bad is None:
                    self._add(entry(line, occurrences.event_id), line)
                else:
                    self.report.leave_out(BadLine(file.name, line.number, line.bad))
            if file.broken:
                self.report.broken.append(f"{file.name}: {file.broken}; what could be read before is in")
        for key in sorted(self._groups, key=lambda key: key[0] is None):
            self._send(key)

    def start_missing(self, files: Sequence[LogFile]) -> None:
        """Start the runs whose run_start is in none of the files; a run that is known stays as it is."""
        runs = Report()
        for file in files:
            for line in read(file):
                if line.bad is None:
                    one = entry(line, lambda text, _ts: line_id(text))
                    runs.run((one.tenant_id, one.run_id)).see(one.event, one.ts)
        for (tenant_id, run_id), run in runs.runs.items():
            if tenant_id and not run.started:
                self.door.start_run(tenant_id, run_id, run.first_ts)

    def close_unfinished(self) -> None:
        for run in self.report.unfinished:
            try:
                run.closed_as = self.door.finish_run(run.tenant_id, run.run_id, self.options.end_status, run.last_ts)
            except psycopg.Error as error:
                if not (error.sqlstate or "").startswith("OB"):
                    raise
                run.not_closed = errors.message(error)

    def _add(self, one: Entry, line: Line) -> None:
        key = (one.tenant_id, one.run_id)
        self.report.run(key).see(one.event, one.ts)
        group = self._groups.setdefault(key, _Group())
        group.rows.append(one.row)
        group.places.append((line.file.name, line.number))
        self._waiting += 1
        if len(group.rows) >= wire.MAX_ROWS:
            self._send(key)
        elif self._waiting >= WAITING:
            self._send(max(self._groups, key=lambda key: len(self._groups[key].rows)))

    def _send(self, key: Key) -> None:
        """Send what waits of a run; of a run without a tenant, first what has one, which may start it."""
        if key[0] is None:
            for other in [other for other in self._groups if other[1] == key[1] and other[0] is not None]:
                self._send(other)
        group = self._groups.pop(key, None)
        if group is None:
            return
        self._waiting -= len(group.rows)

        def refused(row: str, error: psycopg.Error) -> None:
            place = group.places[group.rows.index(row)]
            self.report.leave_out(BadLine(*place, f"the database refused it: {errors.message(error)}"))

        counts, details = self.door.send(group.rows, refused)
        run = self.report.run(key)
        run.counts = run.counts.plus(counts)
        run.reasons.update(detail["reason"] for detail in details)
