"""Writes docs/runbooks/<CODE>.md from the runbooks in a database that has obs.

python tools/runbook_pages.py DSN            prints them
python tools/runbook_pages.py DSN --write    writes the pages
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

PAGES = Path(__file__).resolve().parent.parent / "docs" / "runbooks"


def runbook_pages(conn: psycopg.Connection) -> dict[str, str]:
    """Every page by its file name."""
    rows = conn.execute("select runbook_code, obs.runbook(runbook_code) from obs.runbooks order by 1").fetchall()
    return {f"{code}.md": page for code, page in rows}


def write(pages: dict[str, str]) -> None:
    PAGES.mkdir(exist_ok=True)
    for name, page in pages.items():
        (PAGES / name).write_text(page, encoding="utf-8")


def main() -> None:
    with psycopg.connect(sys.argv[1]) as conn:
        pages = runbook_pages(conn)
    if "--write" in sys.argv:
        write(pages)
    else:
        sys.stdout.write("\n".join(pages.values()))


if __name__ == "__main__":
    main()
