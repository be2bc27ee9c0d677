"""What went wrong, as one sentence: what, where, and what to do about it."""

from __future__ import annotations

import os
import re
from importlib.metadata import PackageNotFoundError, version

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .. import errors, wire
from ..importing import LogFileError
from ..install import InstallError

NOT_INSTALLED = "obs is not installed in this database: run `obs install` with the same --dsn"
HALF_INSTALLED = "the obs of this database is half-installed (OB005): run `obs install` again"
STUMP = (
    "the obs of this database is half-installed (OB005), without its record of schema steps: "
    "`obs uninstall`, which drops all its data, then `obs install`"
)
FOREIGN = (
    "the schema obs of this database belongs to {owner} and is not of obs (OB005): rename it "
    "(alter schema obs rename to …), then run `obs install`"
)
OTHER_VERSION = (
    "the obs of this database is older than this command ({version}), or half-installed: "
    "see `obs version`, then run `obs upgrade` ({text})"
)
STANDBY = "this server takes no writes, a standby perhaps: give the --dsn of the primary ({})"
TOO_OLD = "obs needs PostgreSQL 15 or newer, this server is {} (OB007): use a server of version 15 to 18"

_ROLES = {
    "obs_writer": ("open_batch", "log_batch", "log_events", "start_run", "finish_run"),
    "obs_reader": (
        "reconcile",
        "backtest",
        "run_events_csv",
        "_run_with_events",
        "timeline",
        "explain",
        "run_stats",
        "last_night",
        "nightly_runs",
        "claim_night_mail",
        "enrichment_runs",
        "run_stats",
        "last_night",
    ),
    "obs_reviewer": ("qa_review", "qa_worklist", "qa_samples", "qa_claim"),
    "obs_ops": ("status", "privacy_audit"),
    "obs_forwarder": ("forwarder_beat", "claim_notifications"),
}
_REFUSED = re.compile(r"(?:function|view|table) (\w+)")
_PASSWORD = re.compile(r"password|authentication failed|no pg_hba\.conf entry|pg_hba", re.I)
_UNREACHABLE = re.compile(r"refused|could not translate|resolve|timeout|timed out|No such file|unreachable|route", re.I)


def package_version() -> str:
    """This package's version."""
    try:
        return version("obs-client")
    except PackageNotFoundError:
        return "not installed as a package"


class Trouble(Exception):
    """A sentence of the command line's own; nothing more needs to be said."""


def sentence(error: Exception) -> str:
    """The error as a person at a shell needs it."""
    if isinstance(error, Trouble | LogFileError):
        return str(error)
    if hasattr(error, "format_message"):  # of the argument parser
        return f"{error.format_message().rstrip('.')}: see `obs --help` or `obs VERB --help`"
    if isinstance(error, InstallError):
        return _of_installing(error)
    if isinstance(error, wire.NotReadyError):
        return _of_rights(str(error)) if "permission denied" in str(error) else str(error)
    if isinstance(error, psycopg.Error):
        return _of_database(error)
    if isinstance(error, errors.ObsError):
        return f"{error} ({error.sqlstate})"
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return f"unexpected {type(error).__name__}: {error} (OBS_DEBUG=1 shows where)"


def _of_installing(error: InstallError) -> str:
    if error.sqlstate == "25006":
        return STANDBY.format(error)
    if error.sqlstate == "42501" and "uninstall.sql" in str(error):
        return f"{error}: uninstalling needs the login that installed obs, or a superuser"
    if error.sqlstate == "42501":
        return f"{error}: installing needs a login with CREATE on the database and CREATEROLE, or a superuser"
    return f"{error} ({error.sqlstate})" if (error.sqlstate or "").startswith("OB") else str(error)


def _of_rights(text: str) -> str:
    refused = _REFUSED.search(text)
    if refused and refused[1] == "schema_migrations":
        return f"this login may not do that ({text}): upgrading needs the login that installed obs, or a superuser"
    role = next((role for role, names in _ROLES.items() if refused and refused[1] in names), None)
    if role is None and "schema obs" not in text:
        return f"this login may not do that: {text}"
    if role is None:
        return (
            f"this login has no role of obs ({text}): an administrator says `grant obs_writer to LOGIN` for import and "
            "replay, obs_reader for reconcile, obs_reviewer for qa, obs_ops for status and privacy audit, "
            "obs_forwarder for forward"
        )
    return f"this login may not do that ({text}): an administrator says `grant {role} to LOGIN`"


def _of_database(error: psycopg.Error) -> str:
    state = error.sqlstate or ""
    text = errors.message(error).strip().split("\n")[0]
    if state == "42501":
        return _of_rights(text)
    if state == "3F000":
        return NOT_INSTALLED
    if state in ("42883", "42P01"):
        return OTHER_VERSION.format(version=package_version(), text=text)
    if state == "25006":
        return STANDBY.format(text)
    if state.startswith("OB"):
        return f"{text} ({state})" + (f": {hint}" if (hint := error.diag.message_hint) else "")
    if isinstance(error, psycopg.OperationalError) and not state:
        return _of_connection(str(error))
    if not state:
        return f"the database cannot be used: {text}"
    return f"the database says: {text} ({state})" + (f": {hint}" if (hint := error.diag.message_hint) else "")


def _of_connection(text: str) -> str:
    """libpq tells of each address it tried, on lines of their own: the last one speaks for all."""
    line = next((line for line in reversed(text.strip().splitlines()) if "fail" in line or "rror" in line), text)
    never_open = line.strip().startswith(("connection failed: ", "connection is bad: ", "failed to resolve"))
    line = line.strip().removeprefix("connection failed: ").removeprefix("connection is bad: ").removeprefix("- ")
    wrong_port = "Servname not supported" in line  # a port that is no number
    if _PASSWORD.search(line):
        return f"the database does not let this login in: {line}; check user and password (PGPASSWORD, ~/.pgpass)"
    if "does not exist" in line:
        return f"{line}: check the name in --dsn, OBS_DSN or the PG* variables"
    line = line.replace("resolve host None", f"resolve host {os.environ.get('PGHOST', 'None')!r}")  # libpq's variable
    if _UNREACHABLE.search(line) and not wrong_port:
        return f"the database cannot be reached: {line}; check host and port, and that the server runs"
    if never_open:
        return f"no connection could be opened: {line}; write --dsn postgresql://user@host:5432/name"
    return f"the connection to the database was lost: {line}"


def describe(dsn: str) -> str:
    """Where a connection string leads, without its password."""
    parts = conninfo_to_dict(dsn)
    return " ".join(f"{name}={parts[name]}" for name in ("host", "port", "dbname", "user") if parts.get(name))
