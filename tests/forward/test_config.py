"""The configuration: secrets from environment or file, mistakes in one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from obs_client.forward import ConfigError, load
from support.install import ROOT

SLACK = {"type": "slack", "token": "env:TEST_SLACK", "channel": "C1"}
WHOLE = """
poll_s = 5
deadman_url = "env:TEST_HOOK"

[channels.slack]
type = "slack"
token = "env:TEST_SLACK"
channel = "C1"

[channels.mail]
type = "email"
host = "localhost"
from = "obs@example.com"
to = ["ops@example.com", "boss@example.com"]
user = "obs"
password = "env:TEST_MAIL"

[channels.pager]
type = "pagerduty"
routing_key = "env:TEST_PAGER"

[channels.jira]
type = "jira"
url = "https://example.atlassian.net"
user = "obs@example.com"
token = "env:TEST_JIRA"
project = "OPS"

[channels.am]
type = "alertmanager"
url = "http://localhost:9093"

[channels.hook]
type = "webhook"
url = "https://hooks.example.com/x"
secret = "env:TEST_HOOK"
"""


def write(tmp_path: Path, tree: dict[str, Any]) -> str:
    path = tmp_path / "forward.json"
    path.write_text(json.dumps(tree))
    return str(path)


def test_a_file_names_channels(tmp_path: Path) -> None:
    path = tmp_path / "forward.toml"
    path.write_text(WHOLE)
    path.chmod(0o644)
    config = load(str(path))
    assert list(config.channels) == ["slack", "mail", "pager", "jira", "am", "hook"]
    assert (config.poll, config.deadman_url, config.warnings) == (5, "a-secret-of-the-webhook", [])


def test_the_example_of_the_page_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "forwarding.md").read_text(), re.S)
    for name in re.findall(r"env:(\w+)", example):
        monkeypatch.setenv(name, "https://example.com/secret")
    (tmp_path / "jira").write_text("token")
    path = tmp_path / "forward.toml"
    path.write_text(example.replace("/run/secrets/jira", str(tmp_path / "jira")))
    assert list(load(str(path)).channels) == ["pager", "slack", "jira", "mail"]


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    assert list(load(None, {"OBS_FORWARD_CONFIG": write(tmp_path, {"channels": {"x": SLACK}})}).channels) == ["x"]


def test_the_environment_alone_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "OBS_FORWARD_SLACK_TOKEN": "xoxb-1",
        "OBS_FORWARD_SLACK_CHANNEL": "C1",
        "OBS_FORWARD_PAGERDUTY_ROUTING_KEY": "R",
        "OBS_FORWARD_EMAIL_HOST": "localhost",
        "OBS_FORWARD_EMAIL_FROM": "obs@example.com",
        "OBS_FORWARD_EMAIL_TO": "ops@example.com, boss@example.com",
        "OBS_FORWARD_APPRISE_URL": "json://localhost",
        "OBS_FORWARD_POLL_S": "3",
        "OBS_FORWARD_TICKS": "false",
        "OBS_FORWARD_DEADMAN_URL": "https://example.com/ping",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    config = load()
    assert sorted(config.channels) == ["apprise", "mail", "pager", "slack"]
    assert (config.poll, config.ticks, config.deadman_url) == (3, False, "https://example.com/ping")


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("xoxb-1\n")
    secret.chmod(0o600)
    path = write(tmp_path, {"channels": {"slack": {**SLACK, "token": f"file:{secret}"}}})
    assert load(path).warnings == []
    secret.chmod(0o644)
    (warning,) = load(path).warnings
    assert "open to others" in warning


def test_a_file_that_others_may_change_is_warned_of(tmp_path: Path) -> None:
    path = write(tmp_path, {"channels": {"slack": SLACK}})
    Path(path).chmod(0o666)
    assert "can be changed by others" in load(path).warnings[0]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({}, "names no channel"),
        ({"channels": {}}, "names no channel"),
        ({"channels": {"slack": {**SLACK, "token": "xoxb-literal"}}}, "never the secret itself"),
        ({"channels": {"slack": {**SLACK, "token": "env:NOT_THERE"}}}, "the environment has no NOT_THERE"),
        ({"channels": {"slack": {**SLACK, "token": "file:/no/such"}}}, "cannot be read"),
        ({"channels": {"slack": {**SLACK, "token": 7}}}, "never the secret itself"),
        ({"channels": {"slack": {"type": "slack"}}}, "channels.slack.token is missing"),
        ({"channels": {"slack": {**SLACK, "typo": 1}}}, "has no option typo"),
        ({"channels": {"slack": {**SLACK, "type": "pigeon"}}}, "is not one of slack"),
        ({"channels": {"slack": 7}}, "must be a section"),
        ({"channels": {"Bad Name": SLACK}}, "a channel's name"),
        ({"channels": {"slack": SLACK}, "poll_s": -1}, "poll_s must be a number"),
        ({"channels": {"slack": SLACK}, "pol_s": 1}, "has no option pol_s"),
        ({"channels": {"slack": {**SLACK, "timeout_s": "soon"}}}, "timeout_s must be a number"),
        ({"channels": {"h": {"type": "webhook", "url": "http://x", "secret": "env:TEST_HOOK"}}}, "begin with https"),
        ({"channels": {"h": {"type": "webhook", "url": "https://u:p@x", "secret": "env:TEST_HOOK"}}}, "no user"),
        ({"channels": {"h": {"type": "webhook", "url": "https://x", "secret": "env:TEST_MAIL"}}}, "16 characters"),
        ({"channels": {"a": {"type": "apprise", "url": "env:TEST_MAIL"}}}, "not one that Apprise knows"),
        ({"channels": {"m": {"type": "email", "host": "h", "from": "a@b", "to": "c@d", "user": "u"}}}, "or neither"),
        (
            {
                "channels": {
                    "m": {
                        "type": "email", "host": "h", "from": "a@b.c", "to": "c@d.e", "user": "u",
                        "password": "env:TEST_MAIL", "encryption": "none",
                    }
                }
            },
            "only over starttls or tls",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_mistakes_are_one_sentence_without_the_secret(tmp_path: Path, tree: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, tree))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "xoxb-literal" not in str(caught.value)


@pytest.mark.parametrize("content", ["{", "[channels\n", "\x00"])
def test_a_file_that_cannot_be_understood(tmp_path: Path, content: str) -> None:
    for name in ("x.json", "x.toml"):
        (tmp_path / name).write_text(content)
        with pytest.raises(ConfigError, match="cannot be understood"):
            load(str(tmp_path / name))
    with pytest.raises(ConfigError, match="cannot be read"):
        load(str(tmp_path / "missing.toml"))
