"""docs/errors.md and the exception classes are one table."""

from __future__ import annotations

import re
from pathlib import Path

from obs_client.errors import BY_SQLSTATE

DOCS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"


def test_every_documented_error_has_its_class_and_the_other_way_round() -> None:
    documented = dict(re.findall(r"^\| `(OB\d{3})` \| `(\w+)` \|", DOCS.read_text(), re.MULTILINE))
    assert documented == {sqlstate: kind.__name__ for sqlstate, kind in BY_SQLSTATE.items()}
