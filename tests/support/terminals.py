"""Pseudo-terminals, which a bare root without /dev/pts has none of."""

from __future__ import annotations

import os
import pty

import pytest


def need_terminals() -> None:
    """Skip where none can be opened."""
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as error:
        pytest.skip(f"no pseudo-terminal can be opened here: {error}")
