"""What `obs serve` is told: the database, the secret, the names it answers to."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MIN_SECRET_BYTES = 32
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")


class ConfigError(Exception):
    """The server cannot start as it is configured: one sentence."""


@dataclass(frozen=True)
class Options:
    """How the pages and endpoints work; times in milliseconds or seconds, as their names say."""

    dsn: str
    secret: bytes = field(repr=False)
    hosts: tuple[str, ...] = LOOPBACK  # the Host headers that are answered
    secure: bool | None = None  # cookies for https alone; None: as the request came
    pool_connections: int = 10
    pool_wait_s: float = 2.0
    statement_timeout_ms: int = 5_000
    export_timeout_ms: int = 600_000  # of a whole export, however slowly it is read
    exports_at_once: int = 4  # and one of a role
    max_body_bytes: int = 64 << 10
    session_s: int = 12 * 3600  # at most; a token that ends earlier ends its session


def secret_from(environment: Mapping[str, str] | None = None) -> bytes:
    """The secret that signs tokens: OBS_SECRET_FILE, else OBS_SECRET; at least 32 bytes."""
    environment = os.environ if environment is None else environment
    if path := environment.get("OBS_SECRET_FILE"):
        try:
            secret = Path(path).read_bytes().strip()
        except OSError as error:
            raise ConfigError(f"OBS_SECRET_FILE {path}: {error.strerror or error}") from None
        where = f"the secret in {path}"
    elif given := environment.get("OBS_SECRET"):
        secret, where = given.strip().encode(), "OBS_SECRET"
    else:
        raise ConfigError(
            "which secret signs tokens? Set OBS_SECRET_FILE or OBS_SECRET: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))" makes one'
        )
    if len(secret) < MIN_SECRET_BYTES or len(set(secret)) < 8:
        raise ConfigError(f"{where} is too short or too plain: it takes {MIN_SECRET_BYTES} bytes or more, at random")
    return secret


def secret_warning(environment: Mapping[str, str] | None = None) -> str | None:
    """A sentence when others than the owner can read the secret's file; a group may, where a server is run by one."""
    path = (os.environ if environment is None else environment).get("OBS_SECRET_FILE")
    if not path or not stat.S_IMODE(os.stat(path).st_mode) & stat.S_IROTH:
        return None
    return f"everybody on this machine can read the secret in {path}, and make tokens with it: chmod o-r {path}"


def hosts_from(named: Sequence[str]) -> tuple[str, ...]:
    """The names that are answered: those given and the loopback ones."""
    for name in named:
        if not _HOST.fullmatch(name):
            raise ConfigError(f"a host is a name without scheme or port, such as obs.example.com, not {name!r}")
    return tuple(dict.fromkeys([*LOOPBACK, *(name.lower() for name in named)]))
