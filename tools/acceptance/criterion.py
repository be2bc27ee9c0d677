"""One criterion: what was found, and what was wanted instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 5  # of many differences


@dataclass
class Criterion:
    code: str
    title: str
    evidence: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return bool(self.evidence) and not self.failures

    def show(self, text: str) -> None:
        """A figure that decides nothing."""
        self.evidence.append(text)

    def check(self, text: str, is_so: bool, instead: object = "") -> None:
        if is_so:
            self.evidence.append(text)
        else:
            self.failures.append(f"not so: {text}" + (f"; {instead}" if instead != "" else ""))

    def compare(self, text: str, pairs: Iterable[tuple[str, object, object]]) -> None:
        """Each pair is a name, what is wanted, what was found; `{n}` in the text is how many."""
        all_of_them = list(pairs)
        wrong = [f"{name}: {found}, wanted {wanted}" for name, wanted, found in all_of_them if wanted != found]
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        said = text.replace("{n}", f"{len(all_of_them):,}")
        self.check(said, bool(all_of_them) and not wrong, "; ".join(wrong[:SHOWN]) + more or "nothing to compare")

    def __str__(self) -> str:
        head = f"{self.code}  {'PASS' if self.passed else 'FAIL'}  {self.title}"
        return "\n".join([head, *(f"     · {text}" for text in self.evidence), *(f"     ✗ {t}" for t in self.failures)])
