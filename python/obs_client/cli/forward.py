"""`obs forward`"""

from __future__ import annotations

import logging
import signal
import sys
from typing import Annotated

import typer

from .database import Dsn, checked
from .output import complain, plain
from .trouble import Trouble


def forward(
    once: Annotated[bool, typer.Option("--once", help="Send what is waiting, then leave.")] = False,
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="FILE", help="TOML or JSON; else $OBS_FORWARD_CONFIG, or the environment."),
    ] = None,
    dsn: Dsn = None,
) -> int:
    """Tell alerts to people: Slack, e-mail, PagerDuty, Jira and others.

    The login needs obs_forwarder and a direct connection, since LISTEN does not pass a pooler. Several may run at once.
    Exit status 1 when --once could not send everything.

    Example: obs forward --config /etc/obs/forward.toml --dsn postgresql://forwarder@db/pipeline
    """
    try:
        from ..forward import ConfigError, Forwarder, load

        made = load(config)
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("httpx", "slack_sdk", "apprise", "tomli"):
            raise
        raise Trouble("forwarding needs more packages: pip install '.[forward]' in the source tree") from None
    except ConfigError as error:
        raise Trouble(str(error)) from None
    for warning in made.warnings:
        complain(warning)
    forwarder = Forwarder(checked(dsn), made)
    if once:
        return 1 if forwarder.run_once() else 0
    _log_to_stderr()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: forwarder.stop())
    forwarder.run()
    return 0


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return plain(" ".join(super().format(record).split()))


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("obs.forward")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
