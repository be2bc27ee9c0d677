"""What can go wrong, as a status and one sentence.

What the database says passes only where it is about the caller's own words.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

import psycopg
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests
from starlette.exceptions import HTTPException

from .. import errors

log = logging.getLogger("obs.web")

NOT_FOUND = "There is no such thing here, or it is not yours to see."
AWAY = "The database cannot be reached just now. This page stays; try again in a few seconds."
TOO_SLOW = "The database took too long for this. Ask for less, or try again in a few seconds."
RETRY_AFTER_S = 5

_UNKNOWN = ("OB001", "OB002", "OB010", "OB011", "OB020")
_AWAY_CLASSES = ("08", "53", "57")
_AWAY_CODES = ("25P03", "25P04")
_BUSY_CODES = ("40001", "40P01", "55P03")
_OLD_CODES = ("3F000", "42883", "42P01", "42703")


class Problem(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})


class Unauthorized(Problem):
    """Nobody is logged in, or with a token that is no longer good."""

    def __init__(self, sentence: str = "This takes a token: `obs token` makes one.") -> None:
        super().__init__(401, sentence, {"WWW-Authenticate": 'Bearer realm="obs"'})


def not_found() -> Problem:
    """The same for what is unknown and what is somebody else's."""
    return Problem(404, NOT_FOUND)


def away(sentence: str = AWAY) -> Problem:
    return Problem(503, sentence, {"Retry-After": str(RETRY_AFTER_S)})


def problem_of(error: Exception) -> Problem:
    """The answer that an exception becomes; what nobody foresaw is logged, and told by its class alone to the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return Problem(error.status_code, _sentence(str(error.detail)), error.headers)
    if isinstance(error, RequestValidationError):
        names = sorted({str(one["loc"][-1]) for one in error.errors()})
        return Problem(422, f"{', '.join(names)} cannot be read.")
    if isinstance(error, PoolTimeout | PoolClosed | TooManyRequests):
        return away()
    if isinstance(error, errors.ObsError):
        error = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    if isinstance(error, psycopg.Error):
        return _of_database(error)
    log.error("unexpected: %s", errors.summary(error), exc_info=error)
    return Problem(500, "Something went wrong here, and it stands in the server's log.")


def _of_database(error: psycopg.Error) -> Problem:
    state = error.sqlstate or ""
    if state in _UNKNOWN:
        return not_found()
    if state == "OB004":
        return Problem(409, "Several of your tenants have a run of this id: add ?tenant_id= to say which.")
    if state == "OB024":
        hint = error.diag.message_hint or "Its numbers stay: see the run's page, or GET /runs/{run_id}/stats."
        return Problem(410, f"{_sentence(errors.message(error))} {_sentence(hint)}")
    if state in ("OB021", "OB022", "OB003"):
        return Problem(409, _sentence(errors.message(error)))
    if state == "57014":
        return away(TOO_SLOW)
    if state == "42501":
        role = "obs_reviewer" if re.search(r"\bqa_", errors.message(error)) else "obs_reader"
        return Problem(403, f"Your role may not do this: it takes {role}, which an administrator grants.")
    if state == "22023" or state[:2] == "22" or isinstance(error, psycopg.DataError):
        return Problem(400, _sentence(errors.message(error)) if state == "22023" else "A parameter cannot be read.")
    if not state or state[:2] in _AWAY_CLASSES or state in _AWAY_CODES:
        log.warning("database away: %s", errors.summary(error))
        return away()
    if state in _BUSY_CODES:
        return away("Somebody else is changing this just now: try again in a few seconds.")
    log.error("unexpected: %s", errors.summary(error))
    if state in _OLD_CODES:
        return away("obs in this database is missing or older than this server: run `obs upgrade`.")
    return Problem(500, "The database refused this, and the reason stands in the server's log.")


def _sentence(text: str) -> str:
    line = " ".join(text.split())
    line = line[:1].upper() + line[1:]
    return line if line.endswith((".", "!", "?", ";")) else f"{line}."
