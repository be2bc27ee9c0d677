"""docs/errors.md names the codes that the SQL files raise."""

from __future__ import annotations

import re

from support.install import ROOT, SQL

PAGE = (ROOT / "docs" / "errors.md").read_text()
RAISED = {code for path in SQL.rglob("*.sql") for code in re.findall(r"errcode = '(\w{5})'", path.read_text())}


def test_own_codes_are_those_of_the_sql_files() -> None:
    listed = dict(re.findall(r"^\| `(OB\d{3})` \| `\w+` \| (\w+)", PAGE, re.M))
    reserved = {code for code, first_word in listed.items() if first_word == "Reserved"}
    assert set(listed) - reserved == {code for code in RAISED if code.startswith("OB")}


def test_standard_codes_are_explained() -> None:
    explained = set(re.findall(r"^\| `(\d\w{4})` \|", PAGE, re.M))
    assert explained == {code for code in RAISED if not code.startswith("OB")}
