"""Putting obs into a database, and taking it out: what `psql -1 -f sql/install.sql` does, without psql."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg

from . import wire

_INCLUDE = re.compile(r"\\ir\s+(\S+)\s*")


class InstallError(Exception):
    """A statement of the SQL files failed; nothing was changed. `sqlstate` is the server's."""

    def __init__(self, text: str, sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


def install(dsn: str) -> str:
    """Install or upgrade obs in one transaction; its version. A second time changes nothing."""
    with wire.connect(dsn) as conn:
        run_file(conn, sql_directory() / "install.sql")
        found = conn.execute("select obs.version()").fetchone()
    return str(found[0]) if found else ""


def state(conn: wire.Connection) -> tuple[str, list[str]]:
    """The version of obs in this database, and its schema steps in order."""
    found = conn.execute("select obs.version()").fetchone()
    steps = conn.execute("select version from obs.schema_migrations order by version").fetchall()
    return str(found[0]) if found else "", [str(step) for (step,) in steps]


def uninstall(dsn: str) -> None:
    """Drop the schema obs with all its data, its jobs and its triggers; the roles stay."""
    with wire.connect(dsn) as conn:
        run_file(conn, sql_directory() / "uninstall.sql")


def sql_directory() -> Path:
    """The SQL files: inside the installed package, or beside it in the source tree."""
    package = Path(__file__).resolve().parent
    for directory in (package / "sql", package.parents[1] / "sql"):
        if (directory / "install.sql").is_file():
            return directory
    raise InstallError("the SQL files of obs are missing from this installation: reinstall obs-client")


def run_file(conn: wire.Connection, file: Path) -> None:
    """Run a manifest and everything it includes in one transaction."""
    with conn.transaction():
        for part, text in parts(file):
            try:
                conn.execute(text.encode())
            except psycopg.Error as error:
                if wire.not_ready(error) and error.sqlstate is None:
                    raise
                raise _failure(error, part.relative_to(file.parent)) from error


def parts(file: Path) -> Iterator[tuple[Path, str]]:
    """The file and its includes (`\\ir`) in order, as pieces of SQL with the file each comes from."""
    own: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
        if included := _INCLUDE.fullmatch(line):
            yield from _piece(file, own)
            own = []
            yield from parts(file.parent / included[1])
        elif line.startswith("\\"):
            raise InstallError(f"{file.name}: only \\ir is understood, not {line.strip()}")
        else:
            own.append(line)
    yield from _piece(file, own)


def _piece(file: Path, lines: list[str]) -> Iterator[tuple[Path, str]]:
    if any(line.strip() and not line.lstrip().startswith("--") for line in lines):
        yield file, "".join(lines)


def _failure(error: psycopg.Error, file: Path) -> InstallError:
    text = error.diag.message_primary or str(error)
    if error.diag.message_hint:
        text = f"{text}. {error.diag.message_hint.rstrip('.')}"
    elif not (error.sqlstate or "").startswith("OB"):
        text = f"{text} (in sql/{file})"
    return InstallError(text, error.sqlstate)
