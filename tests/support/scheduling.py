"""How pytest-xdist shares the tests out."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling


class OneWorkerForCron(LoadScopeScheduling):
    """Tests of pg_cron wait for a real minute to pass: together they wait once. Every other test goes where room is."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/cron" if nodeid.startswith("tests/cron/") else nodeid
