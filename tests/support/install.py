"""Putting obs into a database the way an operator does: psql, one transaction, the manifest."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import psycopg

from support.binaries import bindir

ROOT = Path(__file__).resolve().parents[2]
SQL = ROOT / "sql"

# Login roles of the tests, and the group each belongs to. They are the cluster's, so every test database shares them.
LOGINS = {
    "test_writer": "obs_writer",
    "test_writer_a": "obs_writer",
    "test_writer_b": "obs_writer",
    "test_reader": "obs_reader",
    "test_reader_a": "obs_reader",
    "test_reader_b": "obs_reader",
    "test_reviewer": "obs_reviewer",
    "test_reviewer_a": "obs_reviewer",
    "test_reviewer_b": "obs_reviewer",
    "test_ops": "obs_ops",
    "test_admin": "obs_admin",
    "test_forwarder": "obs_forwarder",
    "test_bi": "obs_bi",
    "test_nobody": None,
}


def psql_command(dsn: str, *args: str | Path) -> list[str]:
    return [str(bindir() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", dsn, *map(str, args)]


def psql(dsn: str, *args: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(psql_command(dsn, *args), capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    if check and done.returncode:
        raise RuntimeError(f"psql {' '.join(map(str, args))} failed ({done.returncode}):\n{done.stderr[-4000:]}")
    return done


def install(dsn: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return psql(dsn, "-1", "-f", SQL / "install.sql", check=check)


def uninstall(dsn: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return psql(dsn, "-1", "-f", SQL / "uninstall.sql", check=check)


def create_logins(conn: psycopg.Connection[Any]) -> None:
    """Makes the test logins; a group that is not there yet is passed over."""
    for login, group in LOGINS.items():
        known = conn.execute("select 1 from pg_roles where rolname = %s", (login,)).fetchone()
        if not known:
            conn.execute(f"create role {login} login")
        if group and conn.execute("select 1 from pg_roles where rolname = %s", (group,)).fetchone():
            conn.execute(f"grant {group} to {login}")


def install_for_tests(dsn: str) -> None:
    install(dsn)
    with psycopg.connect(dsn, autocommit=True) as conn:
        create_logins(conn)
