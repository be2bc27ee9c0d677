"""The manifests of log files sent to obs.reconcile, and its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb, set_json_loads

from .. import events, wire
from ..errors import translated
from ..importing.files import LogFile
from ..importing.reading import Occurrences, in_order, read
from .manifest import Manifest, Place

LIMIT_PCT = 2

Key = tuple[str | None, str]
Told = Callable[[str], None]


@dataclass(frozen=True)
class Finding:
    """An event on which file and database disagree."""

    event_id: str
    verdict: str  # missing | extra | differing | quarantined
    place: Place | None  # the file and line that have it
    reason: str | None  # of the quarantine
    fields: list[str]  # that differ
    listed: dict[str, Any]
    stored: dict[str, Any]


@dataclass(frozen=True)
class Reconciliation:
    """One run's comparison. `totals` are obs.reconcile's: scope, name, measure, expected, stored, off_pct."""

    run_id: str
    tenant_id: str
    lines: int
    source: str  # raw | mixed | rollup: what was there to compare with
    match_pct: Decimal
    worst_off_pct: Decimal
    counts: dict[str, int]  # listed, stored, same, thinned, dropped, quarantined, missing, extra, differing
    totals: list[dict[str, Any]] = field(repr=False)
    findings: list[Finding] = field(repr=False)

    @property
    def exact(self) -> bool:
        """Every event and every total is the same."""
        return self.match_pct == 100 and self.worst_off_pct == 0

    @property
    def within_limit(self) -> bool:
        return self.match_pct >= 100 - LIMIT_PCT and self.worst_off_pct <= LIMIT_PCT


COUNTED = ("listed", "stored", "same", "thinned", "dropped", "quarantined", "missing", "extra", "differing")


def reconcile(
    dsn: str,
    paths: Sequence[str | Path],
    run_id: str | None = None,
    tenant_id: str | None = None,
    unread: Told = lambda _: None,
) -> list[Reconciliation]:
    """Compare the runs of log files (or one of them) with the database. Database errors are raised.

    `unread` is told what no comparison can cover: lines and ends of files that could not be read.
    """
    found = manifests([LogFile(path) for path in paths], run_id, tenant_id, unread)
    with translated(), wire.connect(dsn) as conn:
        set_json_loads(partial(json.loads, parse_float=Decimal), conn)
        return [_ask(conn, key, manifest) for key, manifest in found.items()]


def manifests(
    files: Sequence[LogFile], run_id: str | None = None, tenant_id: str | None = None, unread: Told = lambda _: None
) -> dict[Key, Manifest]:
    """What the files say of each run; lines without a tenant belong to the run's only tenant."""
    found: dict[Key, Manifest] = {}
    without_tenant = []
    occurrences = Occurrences()
    for file in in_order(files):
        occurrences.begin_file()
        bad, first = 0, ""
        for line in read(file):
            if line.bad is not None:
                bad, first = bad + 1, first or f"line {line.number}: {line.bad}"
                continue
            event_id = line.event.get("event_id") or occurrences.event_id(line.text)
            row = events.mend({**line.event, "event_id": event_id})
            if row.event_id is None:
                row = row._replace(event_id=occurrences.event_id(line.text))
            if (run_id and row.run_id != run_id) or (tenant_id and row.tenant_id not in (None, tenant_id)):
                continue
            if row.tenant_id is None:
                without_tenant.append((row, (file.name, line.number)))
            else:
                key: Key = (row.tenant_id, row.run_id or "")
                found.setdefault(key, Manifest()).add(row, (file.name, line.number))
        if bad:
            unread(f"{file.name}: lines that cannot be read and are not compared: {bad}, the first is {first}")
        if file.broken:
            unread(f"{file.name}: {file.broken}; only what could be read before is compared")
    for row, place in without_tenant:
        owners = [key for key in found if key[1] == row.run_id and key[0] is not None]
        key = owners[0] if len(owners) == 1 else (tenant_id, row.run_id or "")
        found.setdefault(key, Manifest()).add(row, place)
    return found


def _ask(conn: wire.Connection, key: Key, manifest: Manifest) -> Reconciliation:
    query = "select obs.reconcile(p_run_id => %s, p_manifest => %s, p_tenant_id => %s)"
    row = conn.execute(query, (key[1], Jsonb(manifest.as_json(), dumps=wire.dumps), key[0])).fetchone()
    answer: dict[str, Any] = row[0] if row else {}
    return Reconciliation(
        run_id=answer["run_id"],
        tenant_id=answer["tenant_id"],
        lines=manifest.lines,
        source=answer["source"],
        match_pct=Decimal(answer["match_pct"]),
        worst_off_pct=Decimal(answer["worst_off_pct"]),
        counts={name: answer[name] for name in COUNTED},
        totals=answer["totals"],
        findings=[
            Finding(
                event_id=one["event_id"],
                verdict=one["verdict"],
                place=manifest.places.get(one["event_id"]),
                reason=one["reason"],
                fields=one["fields"] or [],
                listed=one["listed"] or {},
                stored=one["stored"] or {},
            )
            for one in answer["named"]
        ],
    )
