"""PgBouncer in transaction pooling in front of one database."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from support.binaries import as_server_user, pgbouncer, server_user
from support.cluster import free_port
from support.guard import Guard
from support.install import LOGINS


class Pooler:
    def __init__(self, server_host: str, server_port: int, dbname: str, pool_size: int = 2) -> None:
        self.host, self.port, self.dbname = "127.0.0.1", free_port(), dbname
        self.base = Path(tempfile.mkdtemp(prefix="obs-pool-"))
        users = self.base / "users.txt"
        users.write_text("".join(f'"{name}" ""\n' for name in ["postgres", *LOGINS]))
        conf = self.base / "pgbouncer.ini"
        conf.write_text(
            f"[databases]\n{dbname} = host={server_host} port={server_port}\n[pgbouncer]\n"
            f"listen_addr = {self.host}\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {users}\npool_mode = transaction\ndefault_pool_size = {pool_size}\n"
            f"max_client_conn = 200\nignore_startup_parameters = extra_float_digits\n"
        )
        if user := server_user():
            for path in [self.base, users, conf]:
                os.chown(path, user.pw_uid, user.pw_gid)
        with open(self.base / "log", "wb") as log:
            command = [*as_server_user(), str(pgbouncer()), str(conf)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._guard = Guard(f"kill -9 {self._process.pid}; rm -rf {shlex.quote(str(self.base))}")
        self._wait_until_ready()

    def dsn(self, user: str = "postgres") -> str:
        return make_conninfo(host=self.host, port=self.port, dbname=self.dbname, user=user)

    def close(self) -> None:
        self._guard.release()
        self._process.wait(timeout=10)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 10
        while True:
            try:
                psycopg.connect(self.dsn(), connect_timeout=2).close()
                return
            except psycopg.OperationalError as problem:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    log = (self.base / "log").read_text(errors="replace")
                    self.close()
                    raise RuntimeError(f"pgbouncer did not start:\n{log[-2000:]}") from problem
                time.sleep(0.02)
