"""How each kind of finding is masked: the text steps of redaction, in the order of the database's."""

from __future__ import annotations

import base64
import re
import unicodedata
from urllib.parse import unquote

from .redact_patterns import PATTERNS

EXPRESSIONS = {name: re.compile(pattern, re.ASCII) for name, pattern in PATTERNS.items()}

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3164\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07"
    "\ufe08\ufe09\ufe0a\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f\ufeff\uffa0"
)
_PLAIN = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3002\uff61\u2028\u2029", "-------..  ", _INVISIBLE)
_LONG_ODD_RUN = re.compile(
    "[^ -~\u00a0-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u20cf\u2100-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7ff"
    "\uff00-\uffef]{32}"
)
_PERCENT = re.compile(r"(?:%[2-7][0-9A-Fa-f])+")
_UNICODE_ESCAPE = re.compile(r"\\{1,4}u00([2-7][0-9A-Fa-f])")
_ACCOUNT = re.compile(r"[A-Za-z]{2}[0-9]{2} ?[A-Za-z0-9]{4} ?[0-9]")
_PHONE_WORD = re.compile("phone|mobile|cell|fax|tel|whatsapp|msisdn", re.IGNORECASE)
_LABEL_WORDS = (
    "token",
    "key",
    "auth",
    "login",
    "redential",
    "session",
    "bearer",
    "sig",
    "basic",
    "code=",
    "sourcegraph",
)


def unveil(text: str) -> str:
    """The text without its disguises: decoded, visible, compatible characters made plain."""
    for _ in range(3):
        if not EXPRESSIONS["encoded"].search(text):
            break
        for code in ("\\u0040", "&#64;", "&#x40;", "&commat;", "%EF%BC%A0", "%ef%bc%a0"):
            text = text.replace(code, "@")
        text = _UNICODE_ESCAPE.sub(r"%\1", text.replace("%25", "%"))
        text = _PERCENT.sub(lambda found: unquote(found[0]), text)
    if not text.isascii():
        text = text.translate(_PLAIN)
        # Ordering a long run of combining marks is quadratic: a text with one keeps its characters.
        if not _LONG_ODD_RUN.search(text):
            text = unicodedata.normalize("NFKC", text)
    return text


def mask_emails(text: str) -> str:
    if "@" not in text:
        return text

    def mask(found: re.Match[str]) -> str:
        # What was left of a login in a URL stays.
        login = found[0].startswith("masked@") and found.string[found.start() - 1 : found.start()] == ":"
        return found[0] if login else "email:masked"

    return EXPRESSIONS["email"].sub(mask, text)


def mask_runs(text: str) -> str:
    if not EXPRESSIONS["base64_text"].search(text):
        return text
    return EXPRESSIONS["base64_run"].sub(lambda found: "email:masked" if _hides_email(found[0]) else found[0], text)


def _hides_email(run: str) -> bool:
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    if not EXPRESSIONS["base64_text"].search(run):
        return False
    for offset in range(4):
        part = run[offset:]
        decoded = base64.b64decode(part + "A" * (-len(part) % 4)).decode("latin-1")
        if EXPRESSIONS["plain_email"].search(decoded):
            return True
    return False


def mask_secrets(text: str) -> str:
    lower = text.lower()
    if "://" in text and "@" in text:
        text = EXPRESSIONS["url_login"].sub("://secret:masked@", text)
    if "-----BEGIN" in text:
        text = EXPRESSIONS["private_key"].sub("secret:masked", text)
    if "authoriz" in lower or "cookie" in lower:
        text = EXPRESSIONS["header"].sub(r"\1secret:masked", text)
    if "passw" in lower or "pwd" in lower or "secret" in lower or "phrase" in lower:
        text = EXPRESSIONS["password"].sub(r"\1secret:masked", text)
    if EXPRESSIONS["long_run"].search(text) and EXPRESSIONS["long_run"].search(
        EXPRESSIONS["hash_or_uuid"].sub("", text)
    ):
        text = EXPRESSIONS["token_shape"].sub("secret:masked", EXPRESSIONS["token"].sub("secret:masked", text))
    if any(word in lower for word in _LABEL_WORDS):
        text = EXPRESSIONS["assignment"].sub(r"\1secret:masked", text)
    return text


def mask_numbers(text: str) -> str:
    if _ACCOUNT.search(text):
        text = EXPRESSIONS["iban"].sub("iban:masked", text)
    if EXPRESSIONS["many_digits"].search(text):
        text = EXPRESSIONS["card"].sub("card:masked", text)
    if "-" in text:
        text = EXPRESSIONS["ssn"].sub("ssn:masked", text)
    if _PHONE_WORD.search(text):
        text = EXPRESSIONS["phone_labelled"].sub(r"\1phone:masked", text)
    if "+" in text or "(" in text:
        text = EXPRESSIONS["phone_abroad"].sub("phone:masked", text)
    return EXPRESSIONS["phone_short"].sub("phone:masked", EXPRESSIONS["phone"].sub("phone:masked", text))
