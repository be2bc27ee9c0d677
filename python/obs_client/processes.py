"""How a process ends or forks, for every client in it."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import weakref
from typing import Any, Protocol


class Survivor(Protocol):
    """What a client does about it."""

    def close(self) -> None: ...

    def forked(self) -> list[Any]: ...


_all: weakref.WeakSet[Survivor] = weakref.WeakSet()
_inherited: list[Any] = []  # the parent's, which a child must neither use nor destroy


def register(client: Survivor) -> None:
    """From now on the client is closed at exit and told of forks."""
    _all.add(client)


def watch_worker(client: Survivor) -> bool:
    """Whether this is a worker of multiprocessing: it leaves by os._exit, which only its own finalizers notice."""
    process = sys.modules.get("multiprocessing.process")
    if process is None or process.parent_process() is None:
        return False
    from multiprocessing.util import Finalize

    Finalize(client, client.close, exitpriority=0)
    return True


def _close_all() -> None:
    for client in list(_all):
        with contextlib.suppress(Exception):
            client.close()


def _after_fork_in_child() -> None:
    for client in list(_all):
        _inherited.extend(client.forked())


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
