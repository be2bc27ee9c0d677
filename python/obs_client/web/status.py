"""GET /shortlist/status of the host: what it says already, untouched, and four fields more."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import psycopg

from .. import errors

log = logging.getLogger("obs.web")

FIELDS = ("last_run_id", "last_run_status", "last_run_started_at", "last_run_ended_at")
_STATUS = "select obs.shortlist_status(p_tenant_id => %s)"


def extend_status(
    existing: Mapping[str, Any], conn: psycopg.Connection[Any], tenant_id: str | None = None
) -> dict[str, Any]:
    """The host's own status with the last run of the tenant, read over the host's own connection.

    A field that is there already stays as it is. When obs cannot be read the four are null and a warning is logged:
    the host's endpoint never fails for it, nor does the transaction that it may be in.
    """
    try:
        with conn.transaction():
            found = last_run(conn, tenant_id)
    except psycopg.Error as error:
        log.warning("no last run: %s", errors.summary(error))
        found = {}
    return extended(existing, found)


def extended(existing: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are there, in their order, then those of the four that are not."""
    more = {name: found.get(name) for name in FIELDS if name not in existing}
    return {**existing, **more}


def last_run(conn: psycopg.Connection[Any], tenant_id: str | None) -> dict[str, Any]:
    """obs.shortlist_status."""
    row = conn.execute(_STATUS, (tenant_id,)).fetchone()
    if row is None:
        return {}
    value = next(iter(row.values())) if isinstance(row, Mapping) else row[0]
    return dict(value or {})
