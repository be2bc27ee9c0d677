"""Texts that anybody may have written, made harmless: for a page, for Markdown, for paper and for a terminal."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~&])")  # elsewhere than at the beginning of a line
_LINK = re.compile(r"(?<=[A-Za-z])://|\bwww\.|@(?=\w)", re.I)
_INVISIBLE = "\u2060"  # word joiner


def clean(value: Any) -> str:
    """One line without what a terminal or a reader of XML would obey or refuse: control and direction characters."""
    text = " ".join(str(value).split())
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def on_page(value: Any) -> Any:
    """What Jinja2 escapes next; its own markup is left alone."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else clean(value)


def in_markdown(value: Any) -> Any:
    """Text stays text: no link, no mention, no image, no row or cell of its own."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    text = _LINK.sub(lambda found: found[0] + _INVISIBLE, clean(value))
    return _MARKDOWN.sub(r"\\\1", text)
