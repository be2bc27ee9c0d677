"""`obs serve` and `obs token`"""

from __future__ import annotations

import logging
import os
import socket
import sys
from typing import Annotated

import typer

from .database import Dsn, checked
from .output import complain, note, plain
from .trouble import Trouble

_NEEDS = "serving needs more packages: pip install '.[web]' in the source tree"
PACKAGES = (
    "fastapi",
    "itsdangerous",
    "jinja2",
    "markupsafe",
    "multipart",
    "plotly",
    "psycopg_pool",
    "starlette",
    "uvicorn",
)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8321,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="HOST",
            help="A further name that browsers ask for, beside 127.0.0.1, e.g. obs.example.com; repeatable.",
        ),
    ] = None,
    https: Annotated[
        bool, typer.Option("--https", help="Cookies for https alone, behind a proxy that ends TLS.")
    ] = False,
    dsn: Dsn = None,
) -> int:
    """Serve pages for people, and endpoints for programs.

    Who asks needs a token of `obs token`; the role it names decides what is seen. The server's own login must be a
    member of those roles, and stand under row security itself. OBS_SECRET_FILE or OBS_SECRET signs the tokens.

    Example: obs serve --dsn postgresql://web_server@db/pipeline
    """
    try:
        import uvicorn

        from .. import web
        from ..web import serving
        from ..web.database import check_login
        from ..web.options import hosts_from, secret_from, secret_warning

        database = checked(dsn)
        check_login(database)
        options = web.Options(database, secret_from(), hosts_from(name or []), secure=True if https else None)
        app = web.create_app(options)
    except ImportError as error:
        raise _of_packages(error) from None
    except web.ConfigError as error:
        raise Trouble(str(error)) from None
    if warning := secret_warning():
        complain(plain(warning))
    if host not in ("127.0.0.1", "localhost", "::1") and not https:
        complain("tokens and pages travel unencrypted unless something before this ends TLS: then say --https")
    _log_to_stderr()
    config = serving.config(app, host=host, port=port)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        both = host == "::" and socket.has_dualstack_ipv6()
        listening = serving.prompt(socket.create_server((host, port), family=family, dualstack_ipv6=both))
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise Trouble(f"cannot listen on {host}, port {port}: {why}; --port takes another") from None
    where = f"[{host}]" if ":" in host else host
    note(f"http://{where}:{listening.getsockname()[1]}/")
    server = uvicorn.Server(config)
    server.run(sockets=[listening])
    return 0 if server.started else 2


def token(
    role: Annotated[str, typer.Option("--role", help="The database role that the token works as.", show_default=False)],
    ttl: Annotated[str, typer.Option("--ttl", help="How long it is good: 30m, 8h, 7d.")] = "8h",
    dsn: Dsn = None,
) -> None:
    """Print a token for `obs serve`: who holds it sees what the role sees.

    The same secret as the server's, OBS_SECRET_FILE or OBS_SECRET, signs it. The login must be the server's, a member
    of the role. Taking the role from that login (revoke) ends all its tokens at once; so do VALID UNTIL, and NOLOGIN
    where the role could log in when its token was made.

    Example: obs token --role alba_reader --ttl 8h --dsn postgresql://web_server@db/pipeline
    """
    try:
        from ..web import ConfigError
        from ..web.database import check_role
        from ..web.options import secret_from
        from ..web.tokens import Signer, seconds
    except ImportError as error:
        raise _of_packages(error) from None
    try:
        length = seconds(ttl)
        secret = secret_from()
        login = check_role(checked(dsn), role)
    except (ConfigError, ValueError) as error:
        raise Trouble(str(error)) from None
    typer.echo(Signer(secret).token(role, length, login=login))


def _of_packages(error: ImportError) -> Exception:
    return Trouble(_NEEDS) if (error.name or "").split(".")[0] in PACKAGES else error


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return plain(" ".join(super().format(record).split()))


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
    for name, level in (("obs.web", logging.INFO), ("uvicorn.error", logging.WARNING), ("psycopg.pool", logging.ERROR)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
