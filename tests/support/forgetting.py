"""A person's address in many places of an event, and what stands for it in the database."""

from __future__ import annotations

from typing import Any

from support.db import Db
from support.pipeline import item

JANE, OTHER = "jane.roe@planted.example.com", "joe@planted.example.com"
ADMIN = "test_admin"


def say(db: Db, tenant: str, run: str, address: str = JANE, **more: Any) -> None:
    """A failed item that holds the address wherever it can."""
    item(
        db, run, "crawl", ok=False, tenant_id=tenant, error_msg=f"no answer from <{address.upper()}>, {OTHER}",
        company_id=address, trace_id=address,
        extra={"mail": address, "list": [{"deep": address}], address: 1, "prompt": address}, **more,
    )  # fmt: skip


def hashes(db: Db, tenant: str = "a", address: str = JANE) -> list[str]:
    """What stands for the address, under each pepper."""
    found: list[str] = db.call("email_hashes", tenant_id=tenant, address=address)
    return found
