"""The command line: `obs <verb>`. One verb a file; what goes wrong is one sentence on stderr and an exit status.

0: done. 1: done, but something was left out or is not as it should be. 2: not done.
"""

from __future__ import annotations

import io
import sys


def main() -> None:
    """The entry point of the `obs` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        from .app import run

        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = 130
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("typer", "rich"):
            raise
        sys.exit("obs: the command line needs two more packages: pip install '.[cli]' in the source tree")
    sys.exit(status)
