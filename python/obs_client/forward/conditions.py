"""Conditions that users registered, run by the forwarder each minute on a connection of its own."""

from __future__ import annotations

from .. import wire


def evaluate(conn: wire.Connection) -> None:
    """Called once a minute while the forwarder serves its database."""
