"""The errors of class OB that a caller must tell apart (docs/errors.md), and what an exception says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from . import redact

MESSAGE_LIMIT = 16_384


class ObsError(Exception):
    """An error of obs; `sqlstate` is its code in docs/errors.md."""

    sqlstate: str = "OB000"


class UnknownTenantError(ObsError):
    """The tenant does not exist and the installation is strict."""

    sqlstate = "OB001"


class UnknownRunError(ObsError):
    """No such run or stage among the caller's tenants."""

    sqlstate = "OB002"


class AlreadyFinishedError(ObsError):
    """The run or stage has already been finished otherwise."""

    sqlstate = "OB003"


class AmbiguousRunError(ObsError):
    """The run id exists for several tenants: give the tenant."""

    sqlstate = "OB004"


class BrokenInstallError(ObsError):
    """The schema obs is half installed, or somebody else's."""

    sqlstate = "OB005"


class BatchError(ObsError):
    """The batch table is incomplete or not obs's own."""

    sqlstate = "OB006"


class ServerTooOldError(ObsError):
    """The server is older than PostgreSQL 15."""

    sqlstate = "OB007"


class QuarantinedError(ObsError):
    """Reserved: the event was put into quarantine."""

    sqlstate = "OB008"


class UnknownAlertError(ObsError):
    """No tenant of the caller's has the alert."""

    sqlstate = "OB010"


class UnknownRuleError(ObsError):
    """No alert has this code, or none of the kind that was asked for."""

    sqlstate = "OB011"


class UnknownSampleError(ObsError):
    """The company was not drawn of the run, or the run has no follow-up."""

    sqlstate = "OB020"


class ClaimedSampleError(ObsError):
    """Another reviewer has claimed the sample, and the claim is alive."""

    sqlstate = "OB021"


class ReviewConflictError(ObsError):
    """The sample was reviewed since the revision that the reviewer looked at."""

    sqlstate = "OB022"


class MaintenanceFailedError(ObsError):
    """A step of maintenance failed; the others are done."""

    sqlstate = "OB023"


class ExpiredEventsError(ObsError):
    """The raw events of the run are past their window; its numbers are kept."""

    sqlstate = "OB024"


class ForeignClusterError(ObsError):
    """The database is a restored or cloned copy: its forwarders may tell nobody."""

    sqlstate = "OB009"


BY_SQLSTATE: dict[str, type[ObsError]] = {kind.sqlstate: kind for kind in ObsError.__subclasses__()}


@contextmanager
def translated() -> Iterator[None]:
    """Inside, a database error of class OB is raised as its class above; any other passes unchanged."""
    try:
        yield
    except psycopg.Error as error:
        kind = BY_SQLSTATE.get(error.sqlstate or "")
        if kind is None:
            raise
        raise kind(message(error)) from error


def message(error: BaseException) -> str:
    """What the exception says, without the data that a database error's DETAIL, CONTEXT or parameters quote."""
    try:
        error = getattr(error, "orig", None) or error
        diagnostic: Any = getattr(error, "diag", None)
        text = getattr(diagnostic, "message_primary", None) or str(error)
        if constraint := getattr(diagnostic, "constraint_name", None):
            text = f"{text} ({constraint})" if constraint not in text else text
    except Exception:
        text = ""
    return text[:MESSAGE_LIMIT]


def summary(error: BaseException) -> str:
    """One redacted line for `stats().last_error` and warnings."""
    state = getattr(error, "sqlstate", None)
    first_line = message(error).strip().split("\n", 1)[0]
    return redact.redact_text(f"{type(error).__name__}{f' {state}' if state else ''}: {first_line}")[:500]


def code(error: BaseException) -> str:
    """The error code of an exception: HTTP_429 when it carries an HTTP status, else its class name in upper snake."""
    try:
        carriers = (error, getattr(error, "response", None))
        for carrier in carriers:
            for name in ("status_code", "status", "code"):
                value = getattr(carrier, name, None)
                if type(value) is int and 400 <= value <= 599:
                    return f"HTTP_{value}"
    except Exception:
        pass
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type(error).__name__).upper()
