"""The demo's alerts on their way to people: routes, what diagnosis may look at, and a forwarder beside the nights."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ..forward import Forwarder, load
from .example import example_folder
from .receivers import Receivers

LOGIN = "forwarder"
HOST_RELATIONS = {  # setting -> the example's relation
    "host_mv": "public.icp_candidate_companies",
    "host_icp_rules": "public.icp_rules",
    "host_odoo_connections": "public.odoo_connections",
}
ROUTES = (  # route, channel, severities
    ("page", "slack", ["page"]),
    ("warn", "slack", ["warning"]),
    ("ticket", "mail", ["ticket"]),
    ("default", "mail", None),
)
GROUP_SECONDS = 1  # instead of 300: the demo's nights are seconds apart
LONGEST_WAIT = 20.0

_WAITING = "select count(*) from obs.notifications where state in ('waiting', 'leased')"


def prepare(dsn: str, pipeline_dsn: str) -> None:
    """Routes to the two channels, and what the checks look at: the pipeline's own tables, before its first night."""
    with psycopg.connect(pipeline_dsn) as connection:
        connection.execute((example_folder() / "schema.sql").read_bytes())
        connection.execute("grant select on public.icp_rules, public.odoo_connections to obs_owner")
    with psycopg.connect(dsn) as connection:
        for route, channel, severities in ROUTES:
            connection.execute("select obs.set_route(%s, %s, %s)", (route, channel, severities))
        for setting, relation in HOST_RELATIONS.items():
            connection.execute("select obs.set_setting(%s, to_jsonb(%s::text))", (setting, relation))
        connection.execute(
            "select obs.set_threshold(alert_code, 'group_interval_s', %s) from obs.alert_rules", (GROUP_SECONDS,)
        )


@contextmanager
def forwarding(dsn: str, receivers: Receivers, log_file: Path) -> Iterator[None]:
    """A forwarder, as `obs forward` runs it; its own log goes to the file. At the end it sends what it holds."""
    log = logging.getLogger("obs.forward")
    handler = logging.FileHandler(log_file, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    before = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    forwarder = Forwarder(dsn, load(str(receivers.config)))
    thread = threading.Thread(target=forwarder.run, name="obs-demo-forward", daemon=True)
    thread.start()
    try:
        yield
    finally:
        forwarder.stop()
        thread.join(timeout=10)
        log.removeHandler(handler)
        handler.close()
        log.level, log.propagate = before


def wait_until_told(dsn: str) -> None:
    """Judges what is left to judge, and waits until everything was told."""
    deadline = time.monotonic() + LONGEST_WAIT
    with psycopg.connect(dsn, autocommit=True) as connection:
        while time.monotonic() < deadline:
            connection.execute("select obs.tick()")
            row = connection.execute(_WAITING).fetchone()
            if row and row[0] == 0:
                return
            time.sleep(0.25)
