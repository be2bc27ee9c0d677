"""`obs forward`: what it sends, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.db import Db
from support.outbox import put, states, wait_until
from support.receivers import Answer, Receiver

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hook() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def config(tmp_path: Path, hook: Receiver) -> Path:
    secret = tmp_path / "secret"
    secret.write_text("a-secret-of-the-webhook")
    secret.chmod(0o600)
    section = {"type": "webhook", "url": hook.url, "secret": f"file:{secret}", "allow_private": True}
    path = tmp_path / "forward.json"
    path.write_text(json.dumps({"channels": {"slack": section}, "poll_s": 1}))
    path.chmod(0o644)
    return path


def test_once_sends_what_waits(db: Db, obs: Run, hook: Receiver, config: Path) -> None:
    put(db, number=1)
    put(db, number=2)
    done = obs("forward", "--once", "--config", config, dsn=db.dsn_for("test_forwarder"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(hook.requests) == 2
    hook.script.append(Answer(500))
    put(db, number=3)
    assert obs("forward", "--once", "--config", config, dsn=db.dsn_for("test_forwarder")).returncode == 1


def test_it_serves_until_it_is_told_to_stop(db: Db, hook: Receiver, config: Path) -> None:
    from .conftest import clean_environment

    command = [str(Path(sys.executable).parent / "obs"), "forward", "--config", str(config)]
    process = subprocess.Popen(
        [*command, "--dsn", db.dsn_for("test_forwarder")], stderr=subprocess.PIPE, text=True, env=clean_environment()
    )
    try:
        put(db)
        hook.wait_for(1, 20)
        wait_until(lambda: set(states(db).values()) == {"sent"})
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "serves slack" in said
    assert "has stopped" in said
    assert all(line[:2] == "20" for line in said.splitlines()), "one line a message, with its time"


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ("{}", "names no channel"),
        ("{", "cannot be understood"),
        ('{"channels": {"slack": {"type": "slack", "token": "xoxb-1", "channel": "C"}}}', "never the secret itself"),
        (None, "names no channel"),
    ],
)
def test_a_wrong_configuration_is_one_sentence(db: Db, obs: Run, tmp_path: Path, tree: str | None, said: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(tree or "")
    named = () if tree is None else ("--config", path)
    done = obs("forward", *named, dsn=db.dsn_for("test_forwarder"))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert said in line
    assert "xoxb-1" not in line


def test_a_login_without_rights_is_told_what_it_lacks(db: Db, obs: Run, config: Path) -> None:
    done = obs("forward", "--once", "--config", config, dsn=db.dsn_for("test_reader"))
    assert done.returncode == 2
    assert "grant obs_forwarder to LOGIN" in done.stderr


def test_a_copy_says_so(db: Db, obs: Run, config: Path) -> None:
    db.call("accept_cluster", speaks=False)
    done = obs("forward", "--once", "--config", config, dsn=db.dsn_for("test_forwarder"))
    assert done.returncode == 2
    assert "this database is a copy" in done.stderr
    assert "OB009" in done.stderr
    assert "obs.accept_cluster()" in done.stderr


def test_without_its_packages_it_says_which_extra_brings_them(config: Path) -> None:
    code = (
        "import sys; sys.modules['httpx'] = None; from obs_client.cli import main; "
        f"sys.argv = ['obs', 'forward', '--config', {str(config)!r}]; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 2
    assert "pip install '.[forward]'" in done.stderr


def test_open_secrets_are_warned_of(db: Db, obs: Run, config: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").chmod(0o644)
    done = obs("forward", "--once", "--config", config, dsn=db.dsn_for("test_forwarder"))
    assert done.returncode == 0
    assert "open to others than its owner" in done.stderr
