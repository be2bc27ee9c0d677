"""What Grafana makes of a panel's SQL before it sends it, for the macros and variables that the panels use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime


def expand(statement: str, start: datetime, end: datetime, variables: Mapping[str, str | Sequence[str]]) -> str:
    """The statement that the server gets; what is not known here fails instead of reaching the server."""

    def quoted(name: str) -> str:
        value = variables[name]
        values = [value] if isinstance(value, str) else value
        return ",".join("'" + one.replace("'", "''") + "'" for one in values)

    made = re.sub(r"\$\{(\w+):sqlstring\}", lambda found: quoted(found[1]), statement)
    made = re.sub(
        r"\$__timeFilter\((\w+)\)", lambda found: f"{found[1]} BETWEEN '{_utc(start)}' AND '{_utc(end)}'", made
    )
    assert "$" not in made, f"not expanded: {made}"
    return made


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
