"""The invented strings of vectors.jsonl, run through the database and through the client."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from obs_client import redact
from support.db import Db

VECTORS = [json.loads(line) for line in Path(__file__).with_name("vectors.jsonl").read_text("utf-8").splitlines()]
TENANT = "vectors"


def allow(db: Db, keys: list[str]) -> None:
    db.execute("delete from obs.extra_keys")
    for key in keys:
        db.call("allow_extra_key", key=key)


def in_database(db: Db, vector: dict[str, Any], value: Any) -> Any:
    if vector["kind"] == "extra":
        allow(db, vector["allowed"])
        return db.one("select obs._redact_extra(%s, %s)", (TENANT, Jsonb(value)))
    return db.one(f"select obs._redact_{vector['kind']}(%s, %s)", (TENANT, value))


def in_client(vector: dict[str, Any], value: Any) -> Any:
    if vector["kind"] == "extra":
        return redact.redact_extra(value, frozenset(vector["allowed"]))
    return {"text": redact.redact_text, "id": redact.redact_id}[vector["kind"]](value)


def faults(vector: dict[str, Any], result: Any) -> list[str]:
    """What the result does wrong: an identity broken, something left, lost or not named."""
    if vector.get("same"):
        return [] if result == vector["input"] else [f"changed: {result}"]
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    return [
        *(f"left {word}: {text}" for word in vector["gone"] if word in text),
        *(f"lost {word}: {text}" for word in vector["stays"] if word not in text),
        *(f"no {kind} in {text}" for kind in vector.get("finds", []) if f"{kind}:" not in text),
    ]


def without_tokens(result: Any) -> str:
    """The result with `masked` for every keyed hash, as the client writes it."""
    text = json.dumps(result, ensure_ascii=False, sort_keys=True)
    return re.sub(r'"len": \d+', '"len": 0', re.sub(r"h\d+:[0-9a-f]{32}", "masked", text))
