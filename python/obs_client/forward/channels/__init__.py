"""The channels by their type in the configuration; each is loaded when it is used."""

from __future__ import annotations

import importlib

from ..options import ConfigError, Options
from .base import Channel

TYPES = ("slack", "email", "pagerduty", "jira", "alertmanager", "webhook", "apprise")


def make(kind: str, options: Options) -> Channel:
    """A channel of a type with its options; ConfigError says what is wrong with them."""
    if kind not in TYPES:
        raise ConfigError(f"{options.where}.type {kind!r} is not one of {', '.join(TYPES)}")
    module = importlib.import_module(f".{kind}", __name__)
    made: Channel = module.from_options(options)
    options.done()
    return made
