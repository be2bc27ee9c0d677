"""Texts made safe for the markup of each receiver: what a message quotes was written by anybody.

Escaping keeps what people read and takes away what a program would obey.
"""

from __future__ import annotations

import re
from typing import Any

_INVISIBLE = "\u2060"  # word joiner: breaks a command, changes no line
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MENTION = re.compile(r"@(?=\s*(?:here|channel|everyone|all|group|room)\b)|@(?=[A-Za-z0-9])", re.I)
_JIRA = re.compile(r"([\\{}\[\]|!*_?^~+\-])")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~])")


def plain(value: Any, limit: int = 4000) -> str:
    """Text without control characters; no longer than the limit."""
    text = "" if value is None else str(value)
    text = _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def line(value: Any, limit: int = 250) -> str:
    """One line, for a header or a title: nothing in it can begin another header."""
    return plain(
        " ".join(re.split(r"[\s\x1c-\x1e\x85\u2028\u2029]+", "" if value is None else str(value))).strip(), limit
    )


def quiet(value: Any, limit: int = 4000) -> str:
    """Plain text in which no mention calls anybody, for receivers of unknown markup."""
    text = _MENTION.sub("@" + _INVISIBLE, plain(value, limit))
    return re.sub(r"<(?=[!@#&])", "<" + _INVISIBLE, text)


def slack(value: Any, limit: int = 3000) -> str:
    """For Slack's mrkdwn. Entities are counted, so that none is cut in two."""
    text = plain(value, limit)
    while len(escaped := _slack(text)) > limit:
        text = text[: len(text) - max(1, (len(escaped) - limit) // 5 + 1)]
    return escaped


def _slack(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MENTION.sub("@" + _INVISIBLE, text)
    return re.sub(r"([*_~`])", _INVISIBLE + r"\1" + _INVISIBLE, text)


def slack_code(value: Any, limit: int = 1000) -> str:
    """A block of code for Slack's mrkdwn, to be copied as it is; backticks, its only markup, become quotes."""
    escaped = line(value, limit).replace("`", "'").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"```{escaped}```"


def jira(value: Any, limit: int = 8000) -> str:
    """For Jira's wiki markup: macros, links, mentions and images stay text."""
    text = _JIRA.sub(r"\\\1", plain(value, limit // 2))
    text = re.sub(r"^(\s*)(h[1-6]|bq)\.", r"\1\2\\.", text, flags=re.M)
    return re.sub(r"^(\s*)([#])", r"\1\\\2", text, flags=re.M)


def markdown(value: Any, limit: int = 4000) -> str:
    """For receivers of Markdown."""
    return _MARKDOWN.sub(r"\\\1", quiet(value, limit // 2))


def body(message: dict[str, Any], limit: int = 2800) -> str:
    """The whole message as plain text."""
    return plain(message.get("text") or message.get("title") or "", limit)


def title(message: dict[str, Any], limit: int = 200) -> str:
    """What it says in one line, marked as a drill or as what could not be delivered."""
    said = line(message.get("title") or f"obs alert {message.get('alert_code') or ''}", limit)
    if message.get("kind") == "dead_letter":
        said = f"Undelivered: {said}"
    if message.get("is_drill") and "drill" not in said.lower():
        said = f"[DRILL] {said}"
    return said[:limit]
