"""How pytest-xdist shares the tests out, and in which order."""

from __future__ import annotations

from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Their tests share what takes long to make (a minute of pg_cron, a night of the acceptance, a server) or take no time.
TOGETHER = ("tests/cron/",)
FILE_BY_FILE = ("tests/contract/", "tests/e2e/test_acceptance.py", "tests/install/", "tests/web/")

# Ten seconds and more each. Begun last, one of them would keep one processor busy and the others idle.
LONG = (
    "tests/docs/test_pages.py",
    "tests/e2e/",
    "tests/privacy/test_canaries.py",
    "tests/retention/test_drops",
    "tests/retention/test_killed.py",
    "tests/security/",
    "tests/upgrade/",
)


class Shared(LoadScopeScheduling):
    """Tests that share something stay on one worker. Every other test goes where room is."""

    def _split_scope(self, nodeid: str) -> str:
        for folder in TOGETHER:
            if nodeid.startswith(folder):
                return folder
        return nodeid.partition("::")[0] if nodeid.startswith(FILE_BY_FILE) else nodeid


def longest_first(items: list[Any]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
