"""What a page's address may say, read strictly: one sentence for what cannot be."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from fastapi import Request

from ..problems import Problem

PER_PAGE = 50


@dataclass(frozen=True)
class Paging:
    """Which page of a list, and how many there are."""

    page: int
    last: int
    total: int

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
    return Paging(int(given), last, total)


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
