"""What a page's address may say, read strictly: one sentence for what cannot be."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from fastapi import Request

from ..database import Connection
from ..problems import Problem

PER_PAGE = 50
_MINE = """select %s::text = any(obs.visible_tenants()) as is_mine,
    pg_catalog.has_table_privilege('obs.tenants', 'select') as may"""
# All are read, whichever is asked for: it takes as long for somebody else's as for none.
_THERE = """with mine as materialized (select t.tenant_id from obs.tenants t)
    select 1 as one from mine where tenant_id = %s"""


@dataclass(frozen=True)
class Paging:
    """Which page of a list, and how many there are; `before` and `after` lead to its neighbours, all else as asked."""

    page: int
    last: int
    total: int
    before: str | None
    after: str | None

    @property
    def offset(self) -> int:
        return (self.page - 1) * PER_PAGE


def paging(request: Request, total: int) -> Paging:
    """The page asked for; 404 beyond the last one."""
    given = request.query_params.get("page", "1")
    if not re.fullmatch(r"[0-9]{1,18}", given) or int(given) < 1:
        raise Problem(400, "page is a whole number from 1 on.")
    last = max(1, -(-total // PER_PAGE))
    if int(given) > last:
        raise Problem(404, f"There is no page {given}: the last one is {last}.")
    page = int(given)

    def at(page: int) -> str:
        return "?" + str(request.url.include_query_params(page=page).query)

    return Paging(page, last, total, at(page - 1) if page > 1 else None, at(page + 1) if page < last else None)


def day(request: Request, name: str) -> dt.date | None:
    """A date parameter."""
    if not (given := request.query_params.get(name, "")):
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            raise ValueError
        found = dt.date.fromisoformat(given)
    except ValueError:
        raise Problem(400, f"{name} is a date such as 2026-03-02.") from None
    if not dt.date(1970, 1, 1) <= found <= dt.date(9999, 1, 1):
        raise Problem(400, f"{name} is a date between 1970 and 9998.")
    return found


def alert_number(given: str) -> int | None:
    """The number of an alert; None for what cannot be one."""
    return int(given) if re.fullmatch(r"[1-9][0-9]{0,17}", given) else None


def check_tenant(conn: Connection, tenant: str | None) -> None:
    """404 for a tenant that the caller does not see."""
    if tenant is None:
        return
    asked = conn.execute(_MINE, (tenant,)).fetchone() or {}
    if not asked["is_mine"] and not (asked["may"] and conn.execute(_THERE, (tenant,)).fetchone()):
        raise Problem(404, "There is no such tenant, or it is not yours to see.")
