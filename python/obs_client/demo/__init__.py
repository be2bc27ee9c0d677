"""`obs demo`: a database, obs in it, and a pipeline's three nights for two tenants, from nothing.

Everything happens below one folder of the project: `pg` is the server, `logs` are the client's files. Without `keep`
the server is gone when the demo ends, however it ends; the log files stay.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg
from psycopg import sql
from rich.console import Console

from ..install import install
from ..reconcile import reconcile
from . import tables
from .example import NIGHTS, TENANTS, example_folder, run_nights
from .server import DemoServer, DemoServerError

HOME = Path(".obs-demo")
LOGINS = {  # login -> the roles of obs it is a member of
    "pipeline": ("obs_writer",),
    "ops": ("obs_ops",),
    "alba_reader": ("obs_reader",),
    "brisk_reader": ("obs_reader",),
}
PRICES = (  # vendor, unit, dollars, per so many units, model pattern, counted in; Lusha and ZeroBounce report theirs
    ("tavily", "call", "0.008", 1, "*", None),
    ("openai", "input_token", "0.15", 1_000_000, "gpt-4o-mini*", None),
    ("openai", "cached_token", "0.075", 1_000_000, "gpt-4o-mini*", "input_token"),
    ("openai", "output_token", "0.60", 1_000_000, "gpt-4o-mini*", None),
)


def run_demo(keep: bool = False, home: Path = HOME, console: Console | None = None) -> int:
    """Runs the demo; the exit status. With `keep` the server stays for looking around."""
    console = console or Console()
    try:
        with alone(home), ended_by_signals(), DemoServer(home) as server:
            prepare(server, console)
            run_nights(server.dsn("pipeline"), server.dsn(), home / "logs", console)
            tables.show(server.dsn("ops"), console)
            agreed = compare_with_logs(server, home / "logs", console)
            server.keep = keep
            say_what_next(server, keep, home / "logs", console)
            return 0 if agreed else 1
    except DemoServerError as broken:
        console.print(f"obs demo: {broken}", style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("\nStopped; nothing is left running.")
        return 130


def prepare(server: DemoServer, console: Console) -> None:
    """Makes the database with obs in it, its tenants, prices and logins."""
    began = time.monotonic()
    with psycopg.connect(server.dsn(dbname="postgres"), autocommit=True) as connection:
        connection.execute("create database obs")
        version = connection.info.parameter_status("server_version")
    install(server.dsn())
    with psycopg.connect(server.dsn()) as connection:
        for login, roles in LOGINS.items():
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(login)))
            for role in roles:
                connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(login)))
        connection.execute("grant create on schema public to pipeline")
        for tenant in TENANTS:
            connection.execute("select obs.create_tenant(%s, %s)", (tenant, tenant.title()))
            connection.execute("select obs.grant_access(%s, %s)", (f"{tenant}_reader", tenant))
        for price in PRICES:
            connection.execute("select obs.set_price(%s, %s, %s, %s, %s, %s)", price)
        connection.execute("select obs.maintain()")
    seconds = time.monotonic() - began
    console.print(f"PostgreSQL {version} with obs in it, two tenants, prices and logins: {seconds:.1f} s")


def compare_with_logs(server: DemoServer, logs: Path, console: Console) -> bool:
    """Adds the log files up again, without the database, and holds each run against it."""
    results = reconcile(server.dsn("ops"), sorted(logs.glob("*.log")))
    console.print(tables.reconciled_table(results))
    return len(results) == NIGHTS * len(TENANTS) and all(result.within_limit for result in results)


def say_what_next(server: DemoServer, keep: bool, logs: Path, console: Console) -> None:
    lines = [
        f"The same events as JSON lines: {logs}",
        f"How the pipeline was instrumented: {example_folder()}/README.md",
    ]
    if keep:
        lines += ["The server stays. Look around as an operator, or as one tenant alone:"]
        lines += [f"    {server.psql(login)}" for login in ("ops", "alba_reader")]
        lines += [
            "and try:  select * from obs.run_overview \\gx",
            "End it, or let the next demo in this folder do so:",
            f"    {server.stop_line()}",
        ]
    else:
        lines += [
            f"The server is gone again; `{command()} demo --keep` leaves it running, with a psql line to look around."
        ]
    console.print("\n" + "\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def command() -> str:
    """How this shell calls `obs`: by its name if that leads here, else by the path that was called."""
    called = sys.argv[0]
    return shlex.quote(called) if os.path.basename(called) == "obs" and shutil.which("obs") != called else "obs"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One demo a folder at a time; the folder keeps itself out of git, and begins without old logs."""
    home.mkdir(exist_ok=True)
    (home / ".gitignore").write_text("*\n")
    with open(home / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoServerError(f"another demo is running in {home.absolute()}") from None
        shutil.rmtree(home / "logs", ignore_errors=True)
        yield


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Lets SIGTERM and SIGHUP end the demo as Ctrl-C does, tidily."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    wanted = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
