"""What the documents promise is what is there."""

from __future__ import annotations

import re

from support.db import Db
from support.install import ROOT, SQL

_CODE = re.compile(r"\bOB0\d\d\b")


def headings(document: str) -> str:
    return "\n".join(line for line in (ROOT / "docs" / document).read_text().splitlines() if line.startswith("#"))


def public_functions(db: Db) -> set[str]:
    query = r"select distinct proname from pg_proc where pronamespace = 'obs'::regnamespace and proname not like '\_%'"
    return {name for (name,) in db.rows(query)}


def test_the_reference_has_an_entry_for_every_public_function(db: Db) -> None:
    shown = set(re.findall(r"\bobs\.([a-z]\w*)", headings("reference.md")))
    assert public_functions(db) - shown == set()


def test_the_reference_describes_nothing_that_is_not_there(db: Db) -> None:
    shown = set(re.findall(r"\bobs\.([a-z]\w*)\s*\(", headings("reference.md")))
    assert shown - public_functions(db) == set()


def test_every_error_code_that_is_raised_is_listed() -> None:
    raised = {code for path in SQL.rglob("*.sql") for code in _CODE.findall(path.read_text())}
    listed = set(_CODE.findall((ROOT / "docs" / "errors.md").read_text()))
    assert raised - listed == set()
    assert raised, "no error codes found in the SQL files"


def test_every_listed_error_code_has_a_python_exception() -> None:
    listed = set(_CODE.findall((ROOT / "docs" / "errors.md").read_text()))
    mirrored = set(_CODE.findall((ROOT / "python/obs_client/errors.py").read_text()))
    assert listed == mirrored
