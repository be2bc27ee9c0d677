"""Stamps each schema step with the checksum of its own text, and with --check says which stamps are wrong.

A step of sql/schema/ that makes tables ends with one statement that calls obs._record_step. The checksum is SHA-256
over all lines but these. A released step never changes: a changed stamp in review means that a step was edited.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

SCHEMA = Path(__file__).resolve().parent.parent / "sql" / "schema"
STAMP = re.compile(r"^do \$step\$\nbegin perform obs\._record_step\(.*\nend \$step\$;\n?", re.MULTILINE)


def steps() -> list[Path]:
    """The steps that are recorded: tables, not preflight, ledger, policies, grants or comments."""
    return [path for path in sorted(SCHEMA.glob("*.sql")) if "10" <= path.name[:2] < "90"]


def stamped(path: Path) -> str:
    """The text of a step with the stamp that belongs to it."""
    body = STAMP.sub("", path.read_text(encoding="utf-8")).rstrip("\n") + "\n"
    checksum = hashlib.sha256(body.encode()).hexdigest()
    return f"{body}do $step$\nbegin perform obs._record_step('{path.stem}', '{checksum}');\nend $step$;\n"


def main() -> int:
    wrong = [path for path in steps() if path.read_text(encoding="utf-8") != stamped(path)]
    for path in wrong:
        if "--check" in sys.argv:
            print(f"{path.name}: stamp is not that of its text; run tools/stamp_schema.py", file=sys.stderr)
        else:
            path.write_text(stamped(path), encoding="utf-8")
            print(f"stamped {path.name}")
    return 1 if wrong and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
