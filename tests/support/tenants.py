"""What tests of tenancy share: the word that tells of tenant b, and what a login gets to know."""

from __future__ import annotations

from typing import Any

import psycopg

from support.db import Db

MARK = "bravo"


def outcome(db: Db, query: Any, params: Any = None) -> tuple[str, str]:
    """What the caller gets to know: the SQLSTATE with every word of the error, or the rows."""
    try:
        cursor = db.conn.execute(query, params)
        return "00000", str([tuple(row) for row in cursor] if cursor.description else "")
    except psycopg.Error as problem:
        told = problem.diag
        return problem.sqlstate or "", f"{told.message_primary} / {told.message_detail} / {told.message_hint}"
