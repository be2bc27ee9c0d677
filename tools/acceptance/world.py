"""The throw-away database of the acceptance, its logins, and how the project's own commands are run on it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from obs_client.demo import telling
from obs_client.demo.example import ticking
from obs_client.demo.receivers import Receivers
from obs_client.demo.server import DemoServer
from obs_client.install import install

ROUTES = (
    ("page", "slack", ["page"]),
    ("warn", "mail", ["warning"]),
    ("ticket", "mail", ["ticket"]),
    ("default", "mail", None),
)
DAILY_CAP = 1_000  # without one, the alert about it cannot be drilled
OBS = (sys.executable, "-c", "from obs_client.cli import main; main()")


@dataclass
class World:
    """One server with obs in it; `home` holds the pipeline's logs and what the receivers got."""

    server: DemoServer
    home: Path
    tenants: tuple[str, ...]
    receivers: Receivers
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def spool(self) -> Path:
        return self.home / "logs"

    @property
    def logs(self) -> list[Path]:
        return sorted(self.spool.glob("*.log"))

    def dsn(self, login: str = "postgres") -> str:
        return self.server.dsn(login)

    def rows(self, query: Any, params: Any = None, login: str = "postgres") -> list[Any]:
        """All rows of a query, as that login."""
        with psycopg.connect(self.dsn(login), autocommit=True, row_factory=namedtuple_row) as conn:
            return conn.execute(query, params).fetchall()

    def one(self, query: Any, params: Any = None, login: str = "postgres") -> Any:
        ((value,),) = self.rows(query, params, login)
        return value

    def execute(self, query: Any, params: Any = None, login: str = "postgres") -> None:
        with psycopg.connect(self.dsn(login), autocommit=True) as conn:
            conn.execute(query, params)

    def command(self, *arguments: object, login: str = "postgres") -> subprocess.CompletedProcess[str]:
        """A command of obs, to its end."""
        return subprocess.run(
            [*OBS, *map(str, arguments)],
            env=self.environment(login),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def environment(self, login: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "OBS_"))}
        return {**kept, "OBS_DSN": self.dsn(login), "OBS_SECRET": self.secret, "LC_ALL": "C.UTF-8"}

    def everything(self) -> str:
        """Every row of every table of obs, as text."""
        tables = self.rows(
            "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'obs' order by 1"
        )
        texts = []
        for table in tables:
            found = self.rows(sql.SQL("select t::text as row from {} t").format(sql.SQL(table.name)))
            texts += [row.row for row in found]
        return "\n".join(texts)


@contextmanager
def made(home: Path, tenants: Iterable[str]) -> Iterator[World]:
    """A server below `home`, gone at the end; a forwarder tells alerts to receivers that are there as well."""
    with DemoServer(home) as server, Receivers(home) as receivers:
        world = World(server, home, tuple(tenants), receivers)
        _prepare(world)
        with ticking(world.dsn()), telling.forwarding(world.dsn("forwarder"), receivers, home / "forward.log"):
            yield world


def people(tenants: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Logins, and the roles of obs they are members of."""
    made: dict[str, tuple[str, ...]] = {
        "pipeline": ("obs_writer",),
        "ops": ("obs_ops",),
        "admin": ("obs_admin",),
        "forwarder": ("obs_forwarder",),
    }
    for tenant in tenants:
        made |= {f"reader_{tenant}": ("obs_reader",), f"reviewer_{tenant}": ("obs_reviewer",)}
    return made


def _prepare(world: World) -> None:
    with psycopg.connect(world.server.dsn(dbname="postgres"), autocommit=True) as conn:
        conn.execute("create database obs")
    install(world.dsn())
    with psycopg.connect(world.dsn()) as conn:
        for login, roles in people(world.tenants).items():
            conn.execute(sql.SQL("create role {} login").format(sql.Identifier(login)))
            for role in roles:
                conn.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(login)))
        for tenant in world.tenants:
            conn.execute("select obs.create_tenant(%s)", (tenant,))
            conn.execute("select obs.set_threshold('C-10', 'threshold', %s, %s)", (DAILY_CAP, tenant))
            for kind in ("reader", "reviewer"):
                conn.execute("select obs.grant_access(%s, %s)", (f"{kind}_{tenant}", tenant))
        conn.execute("create role web login noinherit")
        served = [sql.Identifier(name) for name in people(world.tenants) if name not in ("pipeline", "forwarder")]
        conn.execute(sql.SQL("grant {} to web").format(sql.SQL(", ").join(served)))
        for route, channel, severities in ROUTES:
            conn.execute("select obs.set_route(%s, %s, %s)", (route, channel, severities))
        conn.execute("select obs.set_threshold(alert_code, 'group_interval_s', 1) from obs.alert_rules")
        conn.execute("select obs.maintain()")


def as_json(done: subprocess.CompletedProcess[str]) -> Any:
    """What a command said in JSON."""
    return json.loads(done.stdout)
