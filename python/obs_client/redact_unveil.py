"""A text as it would read without its disguises: the twin of obs._unveil."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from .redact_patterns import PATTERNS

EXPRESSIONS = {name: re.compile(pattern, re.ASCII) for name, pattern in PATTERNS.items()}

_ODD = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3002\uff61\u2028\u2029\uff20\ufe6b" + "".join(
    chr(zero + digit) for zero in (0x660, 0x6F0) for digit in range(10)
)
_PLAIN = str.maketrans(_ODD, "-------..  @@" + "0123456789" * 2)
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ESCAPED_ATS = ("\\x40", "\\u{40}", "\\U00000040", "\\100")
_WIDE_ATS = ("%EF%BC%A0", "%ef%bc%a0", "%EF%B9%AB", "%ef%b9%ab")
_PERCENT = re.compile(r"(?:%[2-7][0-9A-Fa-f])+")
_ESCAPE = re.compile(
    r"\\{1,4}u((?:[1-9A-CEFa-cef][0-9A-Fa-f]|0[1-9A-Fa-f]|[Dd][0-7])[0-9A-Fa-f]{2}|00[2-9A-Fa-f][0-9A-Fa-f])"
)
_OPEN_AT = re.compile("&#0*64(?![0-9;])")
_QUOTED_AT = re.compile(r"([A-Za-z0-9._+-])=40([A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2})")


def unveil(text: str) -> str:
    """The text without its disguises: decoded, visible, compatible characters made plain."""
    if "\x1b[" in text:
        text = _TERMINAL_CODE.sub("", text)
    for _ in range(3):
        before = text
        if "&" in text:
            text = _entities(text)
        if "\\" in text:
            for code in _ESCAPED_ATS:
                text = text.replace(code, "\\u0040")
            text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        if "%" in text:
            text = text.replace("%u0040", "@").replace("%25", "%")
            for code in _WIDE_ATS:
                text = text.replace(code, "@")
            text = _PERCENT.sub(lambda found: unquote(found[0]), text)
        if "=40" in text:
            text = _QUOTED_AT.sub(r"\1@\2", text)
        if text == before:
            break
    if not (text.isascii() and text.isprintable()):
        text = EXPRESSIONS["unseen"].sub("", text)
        # Ordering a long run of combining marks is quadratic: a text with one keeps its characters.
        if not text.isascii():
            text = text.translate(_PLAIN)
            if not EXPRESSIONS["odd_run"].search(text):
                text = unicodedata.normalize("NFKC", text)
    return text


def _entities(text: str) -> str:
    text = _OPEN_AT.sub("@", text.replace("&amp;", "&").replace("&commat;", "@"))
    head, *parts = text.split("&#")
    out = [head]
    for part in parts:
        name, semicolon, rest = part.partition(";")
        digits = name.lstrip("0")
        code = 0
        if name[:1] in ("x", "X"):
            digits = name[1:].lstrip("0")
            if 1 < len(digits) < 5 and not digits.strip("0123456789abcdefABCDEF"):
                code = int(digits, 16)
        elif 1 < len(digits) < 6 and not digits.strip("0123456789"):
            code = int(digits)
        known = 32 <= code <= 126 or 160 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD
        out.append(chr(code) + rest if semicolon and known else f"&#{part}")
    return "".join(out)
