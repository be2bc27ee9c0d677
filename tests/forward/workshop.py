"""Starts forwarders as processes of their own, quickly: everything is imported once, then forked.

Reads lines from stdin: `start` answers with the new process's id. Arguments: connection string, webhook address.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from obs_client.forward import Config, Forwarder
from obs_client.forward.channels import make
from obs_client.forward.options import Options


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        if line.strip() != "start":
            continue
        process = os.fork()
        if process == 0:
            work(*sys.argv[1:3])
        print(process, flush=True)


def work(dsn: str, url: str) -> NoReturn:
    options = {"url": url, "secret": "env:TEST_HOOK", "allow_private": True, "timeout_s": 5}
    channel = make("webhook", Options("channels.slack", options))
    forwarder = Forwarder(dsn, Config({"slack": channel}, poll=0.2, beat=1.0, lease=1.0, ticks=False))
    signal.signal(signal.SIGTERM, lambda *_: forwarder.stop())
    forwarder.run()
    os._exit(0)


if __name__ == "__main__":
    main()
