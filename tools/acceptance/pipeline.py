"""A pipeline's process: logs the lines it is given on its standard input through the client, as they are.

`python -m acceptance.pipeline DSN SPOOL_DIR`. The word `sent` makes it wait until the database has answered for
everything so far, `written` until the log file has it; it says the word itself when that is so.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import datetime
from decimal import Decimal
from typing import Any

import obs_client as obs
from obs_client.logging_handler import ObsHandler

SENT, WRITTEN = "sent", "written"
WAIT_S = 30.0
LINGER_S = 60.0  # nothing is sent unasked, so that who kills it knows what was not


def main() -> None:
    dsn, spool_dir = sys.argv[1:]
    obs.configure(dsn, spool_dir=spool_dir, adopt=False, linger=LINGER_S)
    handler = ObsHandler()
    played = 0
    for text in sys.stdin:
        word = text.strip()
        if word in (SENT, WRITTEN):
            reached = obs.flush(WAIT_S) if word == SENT else _written(played)
            print(word if reached else f"not {word}", flush=True)
        else:
            handler.handle(as_record(json.loads(word, parse_float=Decimal)))
            played += 1
    obs.close(WAIT_S)


def as_record(line: dict[str, Any]) -> logging.LogRecord:
    """What a pipeline's logging call makes of it, at the moment the line tells."""
    given = {key: value for key, value in line.items() if key not in ("ts", "level", "logger")}
    made = logging.makeLogRecord({"name": line["logger"], "levelname": line["level"], "msg": line["event"], **given})
    made.created = _seconds(line["ts"])
    return made


def _seconds(ts: str) -> float:
    return datetime.fromisoformat(ts.replace("Z", "+00:00")).timestamp()


def _written(number: int) -> bool:
    deadline = time.monotonic() + WAIT_S
    while obs.stats().spooled < number:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


if __name__ == "__main__":
    main()
