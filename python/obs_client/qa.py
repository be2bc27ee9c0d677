"""Samples of QA out of the database for a file, and the reviews of such a file into it; see qa_file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from . import wire
from .qa_file import CHECKS, COLUMNS, Line, QaFileError, named, quoted, text

_CELLS = ", ".join(f"s.checks -> '{check}' ->> '{part}'" for check in CHECKS for part in ("verdict", "reason"))
_ROWS = f"""select s.tenant_id, s.run_id, s.company_id, s.revision, s.bucket, s.stratum, {_CELLS}, s.result, s.notes
    from obs.qa_samples s
    where (%(run)s::text is null or s.run_id = %(run)s) and (%(tenant)s::text is null or s.tenant_id = %(tenant)s)
      and (%(every)s or s.result = 'needs_review')
    order by s.tenant_id, s.run_id, s.stratum, s.draw_rank"""
_TOLD = """case
        when s.claimed_by not in (session_user, current_user) and s.claimed_until > obs.now()
            then format('%%s has claimed it until %%s UTC', s.claimed_by,
                to_char(s.claimed_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
        when s.reviewer is null then 'nobody has reviewed it, export again'
        else format('%%s reviewed it as %%s at %%s UTC%%s', s.reviewer, s.result,
            to_char(s.reviewed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
            case when s.reviewer in (session_user, current_user) then ', export again to change your own review' end)
    end"""
_PRESENT = f"""select s.tenant_id, s.run_id, s.company_id, s.revision, s.bucket, s.stratum, {_CELLS}, s.result, s.notes,
        {_TOLD}
    from unnest(%s::text[], %s::text[], %s::text[]) w (tenant_id, run_id, company_id)
    join obs.qa_samples s on s.tenant_id = w.tenant_id and s.run_id = w.run_id and s.company_id = w.company_id"""
_KNOWN = """select 1 from obs.enrichment_runs r
    where (%(run)s::text is null or r.run_id = %(run)s) and (%(tenant)s::text is null or r.tenant_id = %(tenant)s)
    limit 1"""
_REVIEW = """select 1 from obs.qa_review(p_run_id => %s, p_company_id => %s, p_result => %s, p_notes => %s,
    p_checks => %s, p_revision => %s, p_tenant_id => %s)"""
_MOVED_ON = ("OB021", "OB022")


class QaScopeError(Exception):
    """The caller has no such run or tenant; one sentence."""


@dataclass
class Outcome:
    """What became of the rows of a file."""

    applied: int = 0
    unchanged: int = 0
    conflicts: list[str] = field(default_factory=list)


def exported(conn: psycopg.Connection[Any], run: str | None, tenant: str | None, every: bool) -> Iterator[str]:
    """The file, a row at a time, of the samples that wait for a reviewer, or with `every` of all.

    Read over a cursor of the transaction that the caller is in. Raises QaScopeError for a run or tenant that is not the
    caller's, before the first row.
    """
    scope = {"run": run, "tenant": tenant}
    with conn.cursor(row_factory=tuple_row) as cursor:
        if (run or tenant) and not cursor.execute(_KNOWN, scope).fetchone():
            what = " of ".join(f"{kind} {quoted(name)}" for kind, name in scope.items() if name)
            raise QaScopeError(f"{what} is not known among your runs: see `obs qa worklist`")
    with conn.cursor("obs_qa_export", row_factory=tuple_row) as cursor:
        cursor.execute(_ROWS, {**scope, "every": every})
        yield from text(cursor)


def apply(conn: wire.Connection, path: str, lines: Sequence[Line], dry_run: bool = False) -> Outcome:
    """Review what the rows say, in one transaction; a row whose sample moved on is a conflict and is left out."""
    outcome = Outcome()
    with conn.transaction(force_rollback=dry_run):
        present = _present(conn, lines)
        if unknown := [line for line in lines if line.key not in present]:
            raise QaFileError(
                *(
                    f"{path}, line {line.number}: {named(line)} is not known among your samples: nothing was imported"
                    for line in unknown
                )
            )
        for line in sorted(lines, key=lambda one: one.key):
            _apply(conn, path, line, present[line.key], outcome)
    return outcome


def _apply(conn: wire.Connection, path: str, line: Line, present: dict[str, Any], outcome: Outcome) -> None:
    cells = line.cells
    checks = {
        check: {"verdict": cells[f"{check}_verdict"], "reason": cells[f"{check}_reason"] or None}
        for check in CHECKS
        if cells[f"{check}_verdict"]
        and any(cells[f"{check}_{part}"] != (present[f"{check}_{part}"] or "") for part in ("verdict", "reason"))
    }
    says_nothing_new = not checks and all(cells[name] == (present[name] or "") for name in ("result", "notes"))
    moved = int(cells["revision"]) != present["revision"]
    if says_nothing_new or (moved and cells["result"] == "needs_review"):
        outcome.unchanged += 1
        return
    try:
        with conn.transaction():
            conn.execute(
                _REVIEW,
                (cells["run_id"], cells["company_id"], cells["result"], cells["notes"], Jsonb(checks),
                 int(cells["revision"]), cells["tenant_id"]),
            )  # fmt: skip
    except psycopg.Error as error:
        if error.sqlstate not in _MOVED_ON:
            raise
        told = _present(conn, [line])[line.key]["told"]
        outcome.conflicts.append(
            f"{path}, line {line.number}: {named(line)}: {told}; line {line.number} was not applied"
        )
        return
    if moved:  # it said what the caller's own newest review says
        outcome.unchanged += 1
    else:
        outcome.applied += 1


def _present(conn: wire.Connection, lines: Sequence[Line]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What the database holds of the rows' samples, as far as the caller may see them."""
    keys = [list(part) for part in zip(*(line.key for line in lines), strict=True)] or [[], [], []]
    rows = conn.execute(_PRESENT, keys).fetchall()
    return {tuple(row[:3]): dict(zip((*COLUMNS, "told"), row, strict=True)) for row in rows}
