"""`obs serve` and `obs token` as a person runs them."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from obs_client.web.options import ConfigError, Options, hosts_from, secret_from, secret_warning
from obs_client.web.tokens import Signer, seconds
from support.db import Db
from support.warm import Warm, clean_environment
from support.web import SECRET, forms

OBS = Path(sys.executable).with_name("obs")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def obs(world: Db, web_login: str, tmp_path: Path, warm: Warm) -> Run:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET + b"\n")
    secret.chmod(0o600)

    def run(*args: str, **more: str) -> subprocess.CompletedProcess[str]:
        variables = clean_environment(**{"OBS_DSN": world.dsn_for(web_login), "OBS_SECRET_FILE": str(secret), **more})
        done = warm.run([str(OBS), *args], variables, timeout=60)
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def serving(world: Db, web_login: str) -> Iterator[str]:
    """The address of a running `obs serve`."""
    variables = clean_environment(OBS_DSN=world.dsn_for(web_login), OBS_SECRET=SECRET.decode())
    command = [OBS, "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stderr
        line = process.stderr.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", line), line
        yield line
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
    assert process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in rest


def test_a_token_of_obs_token_opens_what_obs_serve_serves(serving: str, obs: Run) -> None:
    done = obs("token", "--role", "test_reader_a", "--ttl", "5m")
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip()
    with httpx.Client(base_url=serving) as client:
        answer = client.get("/runs/a-night/stats", headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["run"]["tenant_id"] == "a"
        (form,) = forms(client.get("/login").text)
        assert client.post("/login", data={**form.fields, "token": token}).status_code == 303
        assert client.get("/").status_code == 200


def test_a_secret_that_everybody_can_read_is_said_so_in_one_line(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    for mode, is_said in ((0o644, True), (0o604, True), (0o640, False), (0o600, False)):
        secret.chmod(mode)
        said = secret_warning({"OBS_SECRET_FILE": str(secret)})
        assert (said is not None) == is_said, oct(mode)
        assert not is_said or (str(said).count("\n"), f"chmod o-r {secret}" in str(said)) == (0, True)
    assert secret_warning({"OBS_SECRET": "x"}) is None


def test_serve_says_whose_secret_it_is(world: Db, web_login: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o644)
    variables = clean_environment(OBS_DSN=world.dsn_for(web_login), OBS_SECRET_FILE=str(secret))
    with subprocess.Popen([OBS, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stderr
        assert f"can read the secret in {secret}" in process.stderr.readline()
        assert process.stderr.readline().startswith("http://")
        process.send_signal(signal.SIGTERM)


def test_a_token_knows_whether_its_role_could_log_in(obs: Run, world: Db, web_login: str) -> None:
    world.execute("create role desk_of_tokens in role obs_reader")
    world.execute(f"grant desk_of_tokens to {web_login}")
    try:
        made = {role: obs("token", "--role", role).stdout.strip() for role in ("test_reader_a", "desk_of_tokens")}
    finally:
        world.execute("drop role desk_of_tokens")
    assert {role: Signer(SECRET).read_token(token).login for role, token in made.items()} == {
        "test_reader_a": True, "desk_of_tokens": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("args", "variables", "word"),
    [
        (("token", "--role", "postgres"), {}, "bypass row security"),
        (("token", "--role", "no_such_role"), {}, "no token for 'no_such_role'"),
        (("token", "--role", "test_writer_a"), {}, "member of it"),
        (("token", "--role", "test_reader_a", "--ttl", "8 hours"), {}, "such as 8h"),
        (("token", "--role", "test_reader_a", "--ttl", "9999d"), {}, "at most 366d"),
        (("token", "--role", "test_reader_a"), {"OBS_SECRET_FILE": "", "OBS_SECRET": ""}, "token_urlsafe"),
        (("token", "--role", "test_reader_a"), {"OBS_SECRET_FILE": "", "OBS_SECRET": "short"}, "32 bytes"),
        (("serve",), {"OBS_SECRET_FILE": "/no/such/file"}, "No such file"),
        (("serve", "--name", "https://obs.example.com/"), {}, "without scheme or port"),
        (("serve",), {"OBS_DSN": "host=127.0.0.1 port=1 dbname=x"}, "127.0.0.1"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    obs: Run, args: tuple[str, ...], variables: dict[str, str], word: str
) -> None:
    done = obs(*args, **variables)
    assert done.returncode == 2
    assert done.stdout == ""
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_that_is_taken_is_named(obs: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = obs("serve", "--port", port)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use; --port takes another" in done.stderr


def test_a_login_above_row_security_serves_nobody(obs: Run, world: Db) -> None:
    done = obs("serve", OBS_DSN=world.dsn)
    assert done.returncode == 2
    assert "stands above row security" in done.stderr


def test_the_secret_is_long_and_stays_out_of_sight(tmp_path: Path) -> None:
    for bad in ("", "x" * 31, "a" * 64):
        with pytest.raises(ConfigError):
            secret_from({"OBS_SECRET": bad})
    file = tmp_path / "secret"
    file.write_bytes(SECRET + b"\n")
    assert secret_from({"OBS_SECRET_FILE": str(file), "OBS_SECRET": "short"}) == SECRET
    assert SECRET.decode() not in repr(Options("dbname=x", SECRET))


def test_lifetimes_and_names_are_read_strictly() -> None:
    assert [seconds(text) for text in ("90s", "30m", "8h", "7d")] == [90, 1800, 28_800, 604_800]
    for text in ("", "8", "h", "0h", "-1h", "8H", "1.5h", "8h8m", "367d", "9" * 30 + "s"):
        with pytest.raises(ValueError, match="such as 8h"):
            seconds(text)
    assert hosts_from(["Obs.example.com", "[fe80::1]"])[-2:] == ("obs.example.com", "[fe80::1]")
    for name in ("", "a b", "http://x", "x:80", "*", "-x", "x/y"):
        with pytest.raises(ConfigError):
            hosts_from([name])
