"""`obs demo`: a database, obs in it, a pipeline's three nights for two tenants, and pages about them, from nothing.

Everything happens below one folder of the project: `pg` is the server, `logs` are the client's files, `slack` and
`mail` what a forwarder told to people meanwhile. In a terminal the pages are served until Ctrl-C; elsewhere, and with
`keep`, they are only tried. Without `keep` the server is gone when the demo ends, however it ends; the files stay.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg
from psycopg import sql
from rich.console import Console

from ..install import install
from ..reconcile import reconcile
from . import alert_tables, pages, people, tables, telling
from .example import NIGHTS, TENANTS, example_folder, run_nights
from .receivers import Receivers
from .server import DemoServer, DemoServerError

HOME = Path(".obs-demo")
LOGINS = {  # login -> the roles of obs it is a member of
    "pipeline": ("obs_writer",),
    "ops": ("obs_ops",),
    telling.LOGIN: ("obs_forwarder",),
    "alba_reader": ("obs_reader",),
    "brisk_reader": ("obs_reader",),
    people.REVIEWER: ("obs_reviewer",),
}
REVIEWED = "alba"  # the tenant whose samples somebody looks at
PRICES = (  # vendor, unit, dollars, per so many units, model pattern, counted in; Lusha and ZeroBounce report theirs
    ("tavily", "call", "0.008", 1, "*", None),
    ("openai", "input_token", "0.15", 1_000_000, "gpt-4o-mini*", None),
    ("openai", "cached_token", "0.075", 1_000_000, "gpt-4o-mini*", "input_token"),
    ("openai", "output_token", "0.60", 1_000_000, "gpt-4o-mini*", None),
)


Look = Callable[[pages.Pages], object]


def run_demo(keep: bool = False, home: Path = HOME, console: Console | None = None, look: Look | None = None) -> int:
    """Runs the demo; the exit status. With `keep` the database stays for looking around.

    `look` is given the pages instead of whoever sits at the terminal.
    """
    console = console or Console()
    try:
        with alone(home), ended_by_signals(), DemoServer(home) as server:
            prepare(server, console)
            with Receivers(home) as receivers:
                with telling.forwarding(server.dsn(telling.LOGIN), receivers, home / "forward.log"):
                    run_nights(server.dsn("pipeline"), server.dsn(), home / "logs", console)
                    telling.wait_until_told(server.dsn())
                tables.show(server.dsn("ops"), console)
                agreed = compare_with_logs(server, home / "logs", console)
                told = alert_tables.show(server.dsn("ops"), receivers.texts, console)
            people.work(server.dsn("ops"), server.dsn(people.REVIEWER))
            server.keep = keep
            with pages.serving(server.dsn(pages.LOGIN)) as served:
                served.prove()
                if look:
                    look(served)
                elif keep or not sys.stdout.isatty():
                    console.print(f"\nThe pages answered at {served.url}/", markup=False, highlight=False)
                else:
                    until_stopped(served, console)
            say_what_next(server, keep, home, console)
            return 0 if agreed and told else 1
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
        connection.execute("select obs.grant_access(%s, %s)", (people.REVIEWER, REVIEWED))
        for price in PRICES:
            connection.execute("select obs.set_price(%s, %s, %s, %s, %s, %s)", price)
        connection.execute("select obs.maintain()")
    telling.prepare(server.dsn(), server.dsn("pipeline"))
    pages.prepare(server.dsn())
    seconds = time.monotonic() - began
    console.print(f"PostgreSQL {version} with obs in it, two tenants, prices and logins: {seconds:.1f} s")


def compare_with_logs(server: DemoServer, logs: Path, console: Console) -> bool:
    """Adds the log files up again, without the database, and holds each run against it."""
    results = reconcile(server.dsn("ops"), sorted(logs.glob("*.log")))
    console.print(tables.reconciled_table(results))
    return len(results) == NIGHTS * len(TENANTS) and all(result.within_limit for result in results)


def until_stopped(served: pages.Pages, console: Console) -> None:
    """Says where the pages are and how to log in, until Ctrl-C."""
    lines = [f"The pages are at  {served.url}/  until Ctrl-C. Log in with a token:"]
    for role, what in (
        ("ops", "operators: all tenants"),
        ("alba_reader", "one tenant"),
        (people.REVIEWER, "QA of alba"),
    ):
        lines.append(f"  {role} ({what})\n    {served.tokens[role]}")
    lines.append(f"Programs:  curl -H 'Authorization: Bearer TOKEN' '{served.url}/shortlist/status?tenant_id=alba'")
    console.print("\n" + "\n".join(lines), markup=False, highlight=False, soft_wrap=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        console.print("\nThe pages are over.")


def say_what_next(server: DemoServer, keep: bool, home: Path, console: Console) -> None:
    lines = [
        f"The same events as JSON lines: {home / 'logs'}; what people got: {home / 'slack'}, {home / 'mail'}",
        f"How the pipeline was instrumented: {example_folder()}/README.md",
    ]
    if keep:
        lines += ["The server stays. Look around as an operator, or as one tenant alone:"]
        lines += [f"    {server.psql(login)}" for login in ("ops", "alba_reader")]
        secret = pages.write_secret(home)
        lines += [
            "Serve its pages, and in another terminal make a token to log in with:",
            *(f"    {line}" for line in pages.serve_lines(command(), secret, server.dsn(pages.LOGIN))),
            "In SQL try:  select * from obs.alert_active \\gx   or:  select * from obs.run_overview \\gx",
            "Raise an alert as a drill, and have it told: the receivers in one terminal, a forwarder in another, then",
            f"    {shlex.quote(sys.executable)} -m obs_client.demo.inbox {shlex.quote(str(home))}",
            f"    {command()} forward --config {home / 'forward.toml'} --dsn {shlex.quote(server.dsn(telling.LOGIN))}",
            f"    {command()} simulate CR-02 --tenant brisk --dsn {shlex.quote(server.dsn('ops'))}",
            "End the server, or let the next demo in this folder do so:",
            f"    {server.stop_line()}",
        ]
    else:
        lines += [
            f"The server is gone again; `{command()} demo --keep` leaves it running, with lines to look around",
            "(select * from obs.alert_active) and to raise a drill (obs simulate CR-02 --tenant brisk).",
        ]
    console.print("\n" + "\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def command() -> str:
    """How this shell calls `obs`: by its name if that leads here, else by the path that was called."""
    called = sys.argv[0]
    return shlex.quote(called) if os.path.basename(called) == "obs" and shutil.which("obs") != called else "obs"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One demo a folder at a time; the folder keeps itself out of git, and begins without what an earlier one left."""
    home.mkdir(exist_ok=True)
    (home / ".gitignore").write_text("*\n")
    with open(home / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoServerError(
                f"another demo is running in {home.absolute()}: end it with Ctrl-C in its terminal"
            ) from None
        for folder in ("logs", "slack", "mail"):
            shutil.rmtree(home / folder, ignore_errors=True)
        for file in ("forward.log", pages.SECRET):
            (home / file).unlink(missing_ok=True)
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
