"""Messages as the engine would write them, and what stands in them."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from support.db import Db
from support.diagnosed import alert

LIMIT = 2800


def message(db: Db, ids: list[int], tenant: str = "a", kind: str = "firing", code: str = "CR-02", **more: Any) -> Any:
    """The message of a notification as the engine would write it."""
    values = {
        "tenant_id": tenant, "kind": kind, "route_name": "default", "channel": "slack", "alert_ids": ids,
        "alert_code": code, "severity": "page", "thread_key": "t", "ticket_key": "k", **more,
    }  # fmt: skip
    if "facts" in values:
        values["facts"] = Jsonb(values["facts"])
    columns, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    return db.one(
        f"""with made as (insert into obs.notifications ({columns}) values ({marks}) returning *)
        select obs._message(made::obs.notifications) from made""",
        values,
    )


def parts(found: Any) -> dict[str, str]:
    return {field["name"]: field["value"] for field in found["fields"]}


def many(db: Db, names: list[str]) -> list[int]:
    """An alert of VQ-03 for each of these tenants."""
    for name in names:
        db.call("create_tenant", tenant_id=name)
    return [alert(db, "VQ-03", None, name, subject="lusha", summary="429") for name in names]
