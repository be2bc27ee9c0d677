"""Redaction without a pepper: what the database would hash or mask is masked here, before a line reaches a file.

The twin of obs._redact_text, obs._redact_id and obs._redact_extra: the same expressions in the same order, so that
the database finds nothing left to do in what passed here. Addresses become `email:masked`; a text that is not kept
leaves `{"len": n, "hash": "masked"}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Set
from typing import Any

from .redact_keys import PLAIN_KEYS, key_class
from .redact_masks import ADDRESS, LOGIN, mask_numbers, mask_runs, mask_secrets, mask_spelled, take_emails
from .redact_unveil import EXPRESSIONS, unveil

TEXT_LIMIT = 16_384
SUSPECT_LIMIT = 3_072
EXTRA_LIMIT = 16_384
EXTRA_EFFORT = 4_608
DEPTH_LIMIT = 8

# The pattern `suspect` in pieces that begin with a set of characters each: the engine skips to those.
_SIGN = re.compile(r"[@%\\&=\x00-\x1f\x7f]")
_SPELLED = re.compile(r"[(\[{<] ?[aA@][tT]? ?[\])}>]| (?:dot|DOT|Dot) |_dot_")
_DIGIT = re.compile(r"[0-9](?:(?<=[A-Za-z][0-9])|[A-Za-z]|[0-9]{6}|[0-9][ ).-][ (.-]?[0-9][0-9])")
_HUMP = re.compile(r"[A-Z][a-z][a-z]?[A-Z]")
_ODD_ID = re.compile(
    r"[@%\\&]|[^ -~]|[a-z0-9][A-Z]|xox|ls__|SK[0-9a-z]{6}|[0-9a-f]-us[0-9]|[a-z]{2}[_-][0-9A-Za-z]{12}|BEGIN|\[at|\(at"
)

_NUMBERS = re.compile(r"\[[\[\]0-9., -]*\]")
_LONG_NUMBER = re.compile(r"[0-9.]{12}")
_TAIL_START = re.compile(r"\S{0,250}\s")
_LEFT_OUT_HASH = re.compile(r"(?:h[0-9]+:[0-9a-f]{32}|masked)\Z")
_NUMBER_CHARACTERS = " 0123456789().+-"


def suspect(text: str) -> bool:
    """Whether a text could hold anything personal or secret; False: redact_text changes nothing."""
    return (
        not text.isascii()
        or _SIGN.search(text) is not None
        or _DIGIT.search(text) is not None
        or _HUMP.search(text) is not None
        or "ecret" in text
        or "assw" in text
        or "uthoriz" in text
        or "SKx" in text
        or "ECRET" in text
        or "ASSW" in text
        or "UTHORIZ" in text
        or "pwd" in text
        or "PWD" in text
        or "hrase" in text
        or _SPELLED.search(text) is not None
    )


def redact_text(text: str) -> str:
    """A text without e-mail addresses, phone, card and account numbers, keys, tokens and passwords."""
    if len(text) > SUSPECT_LIMIT and (len(text.encode("utf-8", "replace")) > TEXT_LIMIT or suspect(text)):
        return _cut(text)
    if not suspect(text):
        return text
    plain, grown = _unveiled(text)
    lower = plain.lower()
    out = mask_runs(mask_spelled(take_emails(mask_secrets(plain, lower)), lower), lower)
    if EXPRESSIONS["digits"].search(out):
        out = mask_numbers(out)
    out = out.replace(LOGIN, "@")
    return text if out == plain and not grown else out.replace(ADDRESS, "email:masked")


def _unveiled(text: str) -> tuple[str, bool]:
    """A character can stand for eighteen: what grows beyond twice its length is neither read to its end nor kept."""
    plain, limit = unveil(text), 2 * len(text) + 64
    return (f"{plain[:limit]} [cut]", True) if len(plain) > limit else (plain, False)


def redact_id(text: str) -> str:
    """A name, code or id without e-mail addresses and secrets; its numbers stay."""
    if not _ODD_ID.search(text):
        return text
    plain, grown = _unveiled(text[:4000])
    lower = plain.lower()
    out = mask_runs(take_emails(mask_secrets(plain, lower)), lower)
    out = out.replace(LOGIN, "@")
    return text if out == plain and not grown else out.replace(ADDRESS, "email:masked")


def extra_clean(extra: Mapping[str, Any]) -> bool:
    """Whether redact_extra would change nothing: known keys, flat, nothing suspect."""
    for key, value in extra.items():
        kind = type(value)
        if key not in PLAIN_KEYS or not (
            value is None
            or kind is bool
            or ((kind is int or kind is float) and -(10**11) < value < 10**11)
            or (kind is str and len(value) <= 256 and not suspect(value))
        ):
            return False
    return True


def redact_extra(extra: Mapping[str, Any], allowed: Set[str] = frozenset()) -> dict[str, Any]:
    """An extra as it may be written: what is not plainly impersonal leaves its length."""
    if extra_clean(extra):
        return dict(extra)
    size = len(_json(extra).encode("utf-8", "replace"))
    if size > EXTRA_LIMIT or _dear(extra, size, allowed):
        kept = {
            key: value
            for key, value in extra.items()
            if key in PLAIN_KEYS and not isinstance(value, Mapping | list | tuple) and len(str(value)) <= 256
        }
        extra = {**kept, "obs_cut": {"bytes": size, "hash": "masked"}, "obs_warnings": ["extra_cut"]}
    return _redact_object(extra, allowed, 0)


def _dear(extra: Mapping[str, Any], size: int, allowed: Set[str]) -> bool:
    """Whether an extra holds so much that must be looked at closely that it would hold its writer: obs._extra_dear."""
    if size <= 512:
        return False
    if _json(extra).count('"') > 1152:
        return True
    read = {
        key: value
        for key, value in extra.items()
        if key in PLAIN_KEYS or key in allowed or not isinstance(value, str) or len(value) <= 512 or value[:4] == "http"
    }
    text = _json(read).replace("\\\\", "").replace('\\"', "").replace("\\n", " ")
    if not EXPRESSIONS["card"].search(text):
        text = _NUMBERS.sub("", text)
    parts = text.split('"')
    effort = sum(map(_effort, parts[1::2]))
    for part in parts[::2]:
        effort += 24 * (part.count("[") + part.count("{")) + 6 * part.count(",") + 40 * len(_LONG_NUMBER.findall(part))
    return effort > EXTRA_EFFORT


def _effort(string: str) -> int:
    if suspect(string):
        return min(len(string.encode("utf-8", "replace")), SUSPECT_LIMIT) + 64
    return 40 if len(string) > 64 or EXPRESSIONS["no_identifier"].search(string) else 8


def _redact_object(value: Mapping[str, Any], allowed: Set[str], depth: int) -> dict[str, Any]:
    out = {}
    for name, item in value.items():
        key = str(name)
        kind = key_class(key)
        kept = kind == "plain" or key in allowed
        masked = redact_text(key)
        if len(masked) > 64 or EXPRESSIONS["no_key"].search(masked):
            masked = "key:masked"
        out[masked] = _redact_value(item, kind, kept and kind != "number", allowed, depth + 1)
    return out


def _redact_value(value: Any, kind: str, kept: bool, allowed: Set[str], depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _redact_string(value, kind, kept)
    if isinstance(value, Mapping):
        if _is_left_out(value):
            return dict(value)
        if kind in ("secret", "prompt") or depth >= DEPTH_LIMIT:
            return _left_out(_json(value))
        return _redact_object(value, allowed, depth)
    if isinstance(value, list | tuple):
        if kind in ("secret", "prompt") or depth >= DEPTH_LIMIT:
            return _left_out(_json(value))
        if kind == "number" and len(value) > 64 and not _json(value).strip("[]0123456789., -"):
            return "number:masked"
        return [_redact_value(item, kind, kept, allowed, depth + 1) for item in value]
    digits = str(value)
    if kind == "number" and sum(digit in "0123456789" for digit in digits) >= 6:
        return "number:masked"
    if kind == "secret":
        return "secret:masked"
    return "card:masked" if len(digits) >= 12 and EXPRESSIONS["card"].search(digits) else value


def _redact_string(text: str, kind: str, kept: bool) -> Any:
    if not text or EXPRESSIONS["mask"].match(text):
        return text
    if kind in ("secret", "prompt"):
        return _left_out(text)
    if kind == "number" and any(digit in text for digit in "0123456789"):
        return "number:masked"
    if not kept and len(text) > 512 and not text.startswith("http"):
        return _left_out(text)
    out = redact_text(text)
    plain = len(out) <= 64 and not EXPRESSIONS["no_identifier"].search(out)
    if kept or (plain and (kind != "personal" or EXPRESSIONS["mask"].match(out))):
        return out
    if kind != "personal" and EXPRESSIONS["url"].match(out):
        return re.sub(r"(?s)[?#].*", "?query:masked", out)
    return _left_out(text)


def _left_out(text: str) -> dict[str, Any]:
    return {"len": len(text), "hash": "masked"}


def _is_left_out(value: Mapping[str, Any]) -> bool:
    return (
        value.keys() == {"len", "hash"}
        and isinstance(value["len"], int | float)
        and isinstance(value["hash"], str)
        and _LEFT_OUT_HASH.match(value["hash"]) is not None
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _cut(text: str) -> str:
    """The head and the end of a long text, scrubbed, cut at spaces and not within a number."""
    head = text[:2000]
    if " " in (end := re.sub(r"[\n\r\t]", " ", head[-250:])):
        head = head[: len(head) - (len(end) - end.rindex(" "))]
    tail = ""
    if "PRIVATE KEY" not in text and (start := _TAIL_START.match(text[-1000:])):
        tail = text[-1000:][start.end() :]
    size = len(text.encode("utf-8", "replace"))
    return (
        redact_text(head.rstrip(_NUMBER_CHARACTERS))
        + f" [cut from {size} bytes, masked] "
        + redact_text(tail.lstrip(_NUMBER_CHARACTERS))
    )
