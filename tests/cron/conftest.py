"""pg_cron's server for one test, with nothing scheduled before and after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.db import Db
from support.health import unschedule_all


@pytest.fixture
def cron(cron_db: Db) -> Iterator[Db]:
    """The database pg_cron works in, as superuser; obs_cron may use pg_cron."""
    unschedule_all(cron_db)
    cron_db.execute("grant usage on schema cron to obs_cron")
    yield cron_db
    unschedule_all(cron_db)
