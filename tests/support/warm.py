"""The command `obs`, run in forks of one process that has imported it: what it does, without the start of each.

A fork begins where the script `obs` would: the caller's environment, directory and standard streams, then `main()`.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def clean_environment(**more: str) -> dict[str, str]:
    """This process's, but it names no database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "OBS_"))}
    return {**kept, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **more}


class Warm:
    """Its process ends with this one, however that ends: its input is a pipe whose other end only we hold."""

    def __init__(self) -> None:
        self._place = Path(tempfile.mkdtemp(prefix="obs-warm-"))
        self._socket = str(self._place / "socket")
        command = [sys.executable, __file__, self._socket]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, env=clean_environment(), **pipes)
        assert self._process.stdout
        assert self._process.stdout.readline() == b"warm\n"

    def run(self, command: list[str], environment: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
        """As subprocess.run would, with nothing to read and both outputs captured as text."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(os.devnull, "rb") as nothing:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
                asked.settimeout(timeout)
                asked.connect(self._socket)
                streams = array.array("i", [nothing.fileno(), out.fileno(), err.fileno()])
                asked.sendmsg([b"streams"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
                asked.sendall(json.dumps([command, environment, os.getcwd()]).encode())
                asked.shutdown(socket.SHUT_WR)
                code = int(asked.makefile().read())
            for written in (out, err):
                written.seek(0)
            return subprocess.CompletedProcess(command, code, *(_text(written.read()) for written in (out, err)))

    def close(self) -> None:
        self._process.communicate(timeout=60)
        Path(self._socket).unlink()
        self._place.rmdir()


def _text(written: bytes) -> str:
    return written.decode().replace("\r\n", "\n").replace("\r", "\n")


def _serve(path: str) -> None:
    """Returns in a fork that has become the command; each caller is answered by a fork of its own."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(path)
        door.listen()
        print("warm", flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            if sys.stdin in select.select([door, sys.stdin], [], [])[0]:
                os._exit(0)
            caller, _ = door.accept()
            if os.fork() == 0:
                break
            caller.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, rights, _, _ = caller.recvmsg(7, socket.CMSG_LEN(3 * array.array("i").itemsize))
    streams = array.array("i", rights[0][2])
    command, environment, directory = json.loads(caller.makefile().read())
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        caller.sendall(str(code).encode())
        os._exit(0)
    caller.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command


def _import_everything() -> Any:
    package = importlib.import_module("obs_client")
    for module in pkgutil.walk_packages(package.__path__, "obs_client."):
        with contextlib.suppress(ImportError):  # of an extra that is not installed
            importlib.import_module(module.name)
    gc.freeze()
    return importlib.import_module("obs_client.cli").main


if __name__ == "__main__":
    main = _import_everything()
    _serve(sys.argv[1])
    sys.exit(main())
