"""The command line: `obs <verb>`. One verb a file; what goes wrong is one sentence on stderr and an exit status.

0: done. 1: done, but something was left out or is not as it should be. 2: not done.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the `obs` command."""
    try:
        from .app import run
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("typer", "rich"):
            raise
        sys.exit("obs: the command line needs two more packages: pip install 'obs-client[cli]'")
    sys.exit(run(sys.argv[1:]))
