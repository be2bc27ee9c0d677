"""The import itself: the files in order, line by line, and what to do with runs that lack a beginning or an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from .. import errors
from ..ids import line_id
from .batches import Batches
from .door import PAUSES, Door
from .files import LogFile, LogFileError
from .reading import Occurrences, in_order, read
from .report import BadLine, Report
from .rows import entry


@dataclass(frozen=True)
class ImportOptions:
    """What to do beyond sending the lines."""

    start_missing: bool = False  # start runs whose run_start is in none of the files
    close_unfinished: bool = False  # finish runs whose run_finish is in none of them
    end_status: str | None = None  # … with this status; None lets the stages decide
    pauses: Sequence[float] = PAUSES  # seconds between attempts
    on_start: Callable[[int], None] | None = None  # told of the bytes there are to read
    on_bytes: Callable[[int], None] | None = None  # told of each piece of them


def import_files(dsn: str, paths: Sequence[str | Path], options: ImportOptions | None = None) -> Report:
    """Import log files. What is wrong with a line keeps only that line out; LogFileError when a file is no log at all.

    Errors of the database itself are raised; whatever was sent before stays, and importing the same files again
    goes on where it ended.
    """
    began = time.monotonic()
    files = in_order([LogFile(path) for path in paths])
    door = Door(dsn, (options or ImportOptions()).pauses)
    job = _Job(door, options or ImportOptions())
    try:
        with job.stoppable():
            if job.options.start_missing:
                job.start_missing(files)
            job.send_all(files)
            if job.options.close_unfinished:
                job.close_unfinished()
    finally:
        job.batches.close()
        door.close()
    job.report.seconds = time.monotonic() - began
    return job.report


class _Job:
    def __init__(self, door: Door, options: ImportOptions) -> None:
        self.door, self.options, self.report = door, options, Report()
        self.batches = Batches(door, self.report)

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Ctrl-C ends the work, not the report."""
        try:
            yield
        except KeyboardInterrupt:
            self.report.stopped = True
            self.batches.stop()

    def send_all(self, files: Sequence[LogFile]) -> None:
        occurrences = Occurrences()
        if self.options.on_start:
            self.options.on_start(sum(file.size() for file in files))
        for file in files:
            occurrences.begin_file()
            if self.options.on_bytes:
                file.watch(self.options.on_bytes)
            for line in read(file):
                self.report.lines += 1
                if line.bad is not None:
                    self.report.leave_out(BadLine(file.name, line.number, line.bad))
                    continue
                one = entry(line, occurrences.event_id)
                key = (one.tenant_id, one.run_id)
                self.report.run(key).see(one.event, one.ts)
                self.batches.add(key, one.row, file.name, line.number)
            if file.broken:
                self.report.broken.append(f"{file.name}: {file.broken}; what could be read before is in")
        self.batches.send_all()

    def start_missing(self, files: Sequence[LogFile]) -> None:
        """Start the runs whose run_start is in none of the files; a run that is known stays as it is."""
        runs = Report()
        for file in files:
            if file.is_stream:
                raise LogFileError(f"{file.name} is a pipe, which can be read only once: --start-missing needs a file")
            for line in read(file):
                if line.bad is None:
                    one = entry(line, line_id)
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
