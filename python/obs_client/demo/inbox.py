"""The receivers of a kept demo by themselves: `python -m obs_client.demo.inbox .obs-demo` prints what comes."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path

from .receivers import Receivers


def main() -> None:
    """Listens until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = Path(sys.argv[1] if len(sys.argv) > 1 else ".obs-demo")
    with (
        suppress(KeyboardInterrupt),
        Receivers(home, lambda channel, _key, text: print(f"\n--- {channel}\n{text}", flush=True)) as receivers,
    ):
        print(f"Slack and a mailbox are listening; {receivers.config} leads to them. Ctrl-C ends them.", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
