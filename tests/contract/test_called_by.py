"""Who calls a helper stands in its header: all that do, where it lists functions, and nobody who does not."""

from __future__ import annotations

import re

from support.install import SQL

HEADER = re.compile(r"^-- Called by: (.*?)\n-- Reads", re.M | re.S)
MADE = re.compile(r"^create or replace (?:function|procedure|view) obs\.(\w+)", re.M)
# run_check calls a check by the name that a rule's data give.
CHECKS = {path.stem for path in (SQL / "functions" / "evidence").glob("_check_*.sql")}


def sources() -> dict[str, str]:
    """Text by the name of what a file makes; a file of several functions says in words who calls which."""
    found = {}
    for path in [*SQL.glob("functions/**/*.sql"), *SQL.glob("views/**/*.sql"), *SQL.glob("cron/*.sql")]:
        text = path.read_text()
        made = MADE.findall(text)
        for name in made:
            found[name] = text if len(made) == 1 else HEADER.sub("", text)
    return found


def test_headers_name_the_callers() -> None:
    texts = sources()
    bodies = {name: re.sub(r"--.*", "", text.split("\ncomment on ")[0]) for name, text in texts.items()}
    wrong = []
    for name, text in texts.items():
        header = HEADER.search(text)
        if not name.startswith("_") or header is None:
            continue
        said = header[1].replace("\n--", "")
        named = {word for word in re.findall(r"\b\w+\b", said) if word in texts}
        callers = {other for other, body in bodies.items() if re.search(rf"\bobs\.{name}\b", body)} - {name}
        callers |= {"run_check"} if name in CHECKS else set()
        parts = [re.match(r"\w*", part.strip()) for part in re.split(r"[,;:]| and ", said)]
        lists_all = all(first and first[0] in texts for first in parts)
        if stale := named - callers:
            wrong.append((name, "does not call it", sorted(stale)))
        if lists_all and (missing := callers - named):
            wrong.append((name, "is not named", sorted(missing)))
    assert wrong == []
