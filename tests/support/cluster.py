"""A private PostgreSQL server: its own port and data, gone when the tests are, however they end."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from support.binaries import as_server_user, bindir, server_user
from support.guard import Guard

FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "100",
    "dynamic_shared_memory_type": "mmap",  # below the data directory, so a killed server leaves nothing elsewhere
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


def roomy_directory() -> str | None:
    """Memory when there is enough of it: cloning a database there takes a tenth of the time."""
    shm = Path("/dev/shm")
    if shm.is_dir() and os.access(shm, os.W_OK) and shutil.disk_usage(shm).free > 1 << 30:
        return str(shm)
    return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    host = "127.0.0.1"
    dbname = "postgres"

    def __init__(self, copy_of: Cluster | None = None, **settings: str) -> None:
        """`copy_of` is one that has been stopped: what it holds is there, and nothing has to be made anew."""
        self.base = Path(tempfile.mkdtemp(prefix="obs-test-", dir=roomy_directory()))
        self.data = self.base / "data"
        self.port = free_port()
        if user := server_user():
            os.chown(self.base, user.pw_uid, user.pw_gid)
        stop = shlex.join(
            [*as_server_user(), str(bindir() / "pg_ctl"), "-D", str(self.data), "-m", "immediate", "-w", "stop"]
        )
        self._guard = Guard(f"{stop}; rm -rf {shlex.quote(str(self.base))}")
        if copy_of:
            subprocess.run(["cp", "-a", copy_of.data, self.data], check=True)
        else:
            self._run(
                "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8",
                "--locale=C.UTF-8",
            )  # fmt: skip
        own = {"listen_addresses": self.host, "port": str(self.port), "unix_socket_directories": str(self.base)}
        self.configure(**{**FAST, **own, **{k: v.format(base=self.base) for k, v in settings.items()}})

    def configure(self, **settings: str) -> None:
        """Takes effect at the next start; a later value wins."""
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.writelines(f"{name.replace('__', '.')} = '{value}'\n" for name, value in settings.items())

    def start(self) -> Cluster:
        self._run("pg_ctl", "-D", self.data, "-l", self.base / "log", "-w", "-t", "60", "start")
        return self

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "60", "stop")

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """What a power cut looks like to clients: no process of the server says goodbye."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        pids = [postmaster, *(pid for pid, (parent, _) in _processes().items() if parent == postmaster)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(_processes().get(pid, (0, "Z"))[1] != "Z" for pid in pids):
            time.sleep(0.005)
        # A dead process that nobody has waited for yet would still count as the holder of these.
        for lock in [self.data / "postmaster.pid", *self.base.glob(".s.PGSQL.*.lock")]:
            lock.unlink(missing_ok=True)

    def close(self) -> None:
        self._guard.release()

    def log(self) -> str:
        return (self.base / "log").read_text(errors="replace")

    def dsn(self, dbname: str = "postgres", user: str = "postgres", **more: str) -> str:
        return make_conninfo(host=self.host, port=self.port, dbname=dbname, user=user, **more)

    def connect(self, dbname: str = "postgres", user: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.dsn(dbname, user), autocommit=True)

    def reconnect(self, dbname: str = "postgres") -> psycopg.Connection:
        """A session once the server is back after a death; one let in before the death was noticed goes with it."""
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                conn = self.connect(dbname)
                try:
                    conn.execute("select pg_sleep(0.1)")
                    return conn
                except psycopg.OperationalError:
                    conn.close()
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.05)

    def create_database(self, name: str, template: str = "template0") -> str:
        with self.connect() as admin:
            admin.execute(
                psycopg.sql.SQL("create database {} template {}").format(*map(psycopg.sql.Identifier, (name, template)))
            )
        return self.dsn(name)

    def _run(self, program: str, *args: object) -> None:
        # Into a file, never a pipe: the server inherits it, and whoever reads a pipe would wait for ever.
        with open(self.base / "out", "ab") as out:
            command = [*as_server_user(), str(bindir() / program), *map(str, args)]
            done = subprocess.run(command, cwd=self.base, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        if done.returncode:
            tail = (self.base / "out").read_text(errors="replace")[-2000:]
            log = self.log()[-2000:] if (self.base / "log").exists() else ""
            raise RuntimeError(f"{program} failed ({done.returncode}):\n{tail}\n{log}")


def _processes() -> dict[int, tuple[int, str]]:
    """Parent and state of every process."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        found[int(stat.parent.name)] = (int(parent), state)
    return found
