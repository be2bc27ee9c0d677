"""The forwarder's configuration: a TOML or JSON file, or environment variables alone.

The file is $OBS_FORWARD_CONFIG or what --config names:

    [channels.slack]
    type = "slack"
    token = "env:SLACK_BOT_TOKEN"
    channel = "C0123456789"

Without a file, OBS_FORWARD_<TYPE>_<OPTION> makes one channel a type, named as the routes that obs installs name it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import channels, nights
from .channels.base import Channel
from .nights import NightReport
from .options import ConfigError, Options

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PREFIX = "OBS_FORWARD_"
# Type of a channel that the environment makes, and its name.
_NAMES = {
    "slack": "slack",
    "email": "mail",
    "pagerduty": "pager",
    "jira": "jira",
    "alertmanager": "alertmanager",
    "webhook": "webhook",
    "apprise": "apprise",
}
_SECRETS = {
    "slack": ("token",),
    "email": ("password",),
    "pagerduty": ("routing_key",),
    "jira": ("token",),
    "alertmanager": ("token",),
    "webhook": ("secret",),
    "apprise": ("url",),
}


@dataclass
class Config:
    """What a forwarder does, and on which channels."""

    channels: dict[str, Channel]
    poll: float = 15.0  # seconds between two looks at the outbox when nobody notifies
    beat: float = 15.0  # seconds between two signs of life
    probe: float = 300.0  # seconds between two tests of LISTEN
    lease: float = 60.0  # seconds after which another forwarder may take what this one holds
    deadman_url: str | None = None
    deadman: float = 60.0  # seconds between two pings
    ticks: bool = True  # call obs.tick() when nobody else does
    report: NightReport | None = None  # mail each tenant's night when it is over
    warnings: list[str] = field(default_factory=list)


def load(path: str | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration of the file, else of the environment; ConfigError is one sentence."""
    chosen = path or environment.get(f"{PREFIX}CONFIG")
    warnings: list[str] = []
    tree = _read(Path(chosen), warnings) if chosen else _from_environment(environment)
    sections, report = tree.pop("channels", None), tree.pop("report", None)
    if not isinstance(sections, dict) or not sections:
        where = chosen or f"the environment ({PREFIX}…)"
        raise ConfigError(f"{where} names no channel: write a section [channels.slack], or set {PREFIX}SLACK_TOKEN")
    made = {name: _channel(name, section, warnings) for name, section in sections.items()}
    options = Options("the configuration", tree, warnings)
    config = Config(
        made,
        poll=options.number("poll_s", 15, 0.1, 300),
        beat=options.number("beat_s", 15, 0.1, 60),
        probe=options.number("probe_s", 300, 1, 3600),
        lease=options.number("lease_s", 60, 5, 600),
        deadman_url=options.optional_secret("deadman_url"),
        deadman=options.number("deadman_s", 60, 1, 3600),
        ticks=options.flag("ticks", True),
        report=None if report is None else nights.from_options(made, report),
        warnings=warnings,
    )
    options.done()
    return config


def _channel(name: str, section: Any, warnings: list[str]) -> Channel:
    where = f"channels.{name}"
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", name):
        raise ConfigError(f"{where}: a channel's name has 1 to 63 of a-z 0-9 _ -")
    if not isinstance(section, dict):
        raise ConfigError(f"{where} must be a section with a type")
    options = Options(where, section, warnings)
    return channels.make(options.text("type"), options)


def _read(path: Path, warnings: list[str]) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not a text file'}") from None
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        warnings.append(f"{path} can be changed by others than its owner: chmod go-w {path}")
    try:
        tree = json.loads(text) if path.suffix == ".json" else _toml(text)
    except ValueError as error:
        raise ConfigError(f"{path} cannot be understood: {error}") from None
    if not isinstance(tree, dict):
        raise ConfigError(f"{path} must hold sections")
    return tree


def _toml(text: str) -> dict[str, Any]:
    tree: dict[str, Any] = tomllib.loads(text)
    return tree


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """A secret's variable is named to the channel, not read here: `env:` does that."""
    tree: dict[str, Any] = {"channels": {}}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or not value:
            continue
        kind, _, option = variable[len(PREFIX) :].lower().partition("_")
        if kind in _NAMES and option:
            section = tree["channels"].setdefault(_NAMES[kind], {"type": kind})
            is_secret = option in _SECRETS[kind] and not value.startswith("file:")
            section[option] = f"env:{variable}" if is_secret else value
        elif kind == "report" and option:
            tree.setdefault("report", {})[option] = value
        elif kind in ("poll", "beat", "probe", "lease", "deadman", "ticks"):
            name = f"{kind}_{option}" if option else kind
            tree[name] = f"env:{variable}" if name == "deadman_url" else value
    return tree
