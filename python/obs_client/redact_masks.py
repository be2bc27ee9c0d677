"""How each kind of finding is masked: the text steps of redaction, in the order of the database's."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from urllib.parse import unquote

from .redact_patterns import PATTERNS
from .redact_secrets import is_secret

EXPRESSIONS = {name: re.compile(pattern, re.ASCII) for name, pattern in PATTERNS.items()}

# Stands for an address until all else is masked; no text holds it, since unveil removes control characters.
ADDRESS = "\x1e"
# The sign of a masked login in a URL, which would be taken for an address.
LOGIN = "\x1d"

_ODD = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3002\uff61\u2028\u2029\uff20\ufe6b" + "".join(
    chr(zero + digit) for zero in (0x660, 0x6F0) for digit in range(10)
)
_PLAIN = str.maketrans(_ODD, "-------..  @@" + "0123456789" * 2)
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_WIDE_ATS = ("%EF%BC%A0", "%ef%bc%a0", "%EF%B9%AB", "%ef%b9%ab")
_PERCENT = re.compile(r"(?:%[2-7][0-9A-Fa-f])+")
_ESCAPE = re.compile(
    r"\\{1,4}u((?:[1-9A-CEFa-cef][0-9A-Fa-f]|0[1-9A-Fa-f]|[Dd][0-7])[0-9A-Fa-f]{2}|00[2-9A-Fa-f][0-9A-Fa-f])"
)
_QUOTED_AT = re.compile(r"([A-Za-z0-9._+-])=40([A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2})")
_NO_LETTER = re.compile("[\x80-\xff]")
_SPELLED_AT = ("at)", "at]", "at}", "at>", "at )", "at ]", "@)", "@]")
_TOKEN_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_~=.+/-"
_LABELS = ("token", "key", "auth", "login", "cred", "session", "bearer", "sig", "basic", "code=", "sid=", "sourcegraph")
_WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_ACCOUNT_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH CR HR LI LV",
        22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL OM", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "PT ST LY",
        26: "IS TR", 27: "FR GR IT MC MR SM DJ BI", 28: "AL AZ BY CY DO GT HU LB PL SV NI", 29: "BR EG PS QA UA",
        30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_PHONES = ("phone", "mobile", "cell", "fax", "tel", "whatsapp", "msisdn")


def unveil(text: str) -> str:
    """The text without its disguises: decoded, visible, compatible characters made plain."""
    if "\x1b[" in text:
        text = _TERMINAL_CODE.sub("", text)
    for _ in range(3):
        before = text
        if "&" in text:
            text = _entities(text)
        if "\\" in text:
            text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text.replace("\\x40", "\\u0040"))
        if "%" in text:
            text = text.replace("%25", "%")
            for code in _WIDE_ATS:
                text = text.replace(code, "@")
            text = _PERCENT.sub(lambda found: unquote(found[0]), text)
        text = text.replace("+AEA-", "@")
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
    text = text.replace("&amp;", "&").replace("&commat;", "@")
    head, *parts = text.split("&#")
    out = [head]
    for part in parts:
        name, semicolon, rest = part.partition(";")
        digits = name.lstrip("0")
        code = 0
        if name[:1] in ("x", "X"):
            digits = name[1:].lstrip("0")
            if len(digits) == 2 and not digits.strip("0123456789abcdefABCDEF"):
                code = int(digits, 16)
        elif 0 < len(digits) < 4 and not digits.strip("0123456789"):
            code = int(digits)
        out.append(chr(code) + rest if semicolon and 32 <= code <= 126 else f"&#{part}")
    return "".join(out)


def take_emails(text: str) -> str:
    """The text with a mark for each address."""
    return EXPRESSIONS["email"].sub(ADDRESS, text) if "@" in text else text


def mask_spelled(text: str) -> str:
    lower = text.lower()
    spelled = " dot " in lower or "_dot_" in lower or any(word in lower for word in _SPELLED_AT)
    return EXPRESSIONS["email_spelled"].sub("email:masked", text) if spelled else text


def mask_runs(text: str) -> str:
    """Runs of base64 and of hexadecimal digits that hide an address."""
    if EXPRESSIONS["base64_at"].search(text):
        text = EXPRESSIONS["base64_run"].sub(lambda found: "email:masked" if _hides_email(found[0]) else found[0], text)
    if "40" in text and ("2e" in text or "2E" in text):
        text = EXPRESSIONS["hex_run"].sub(lambda found: "email:masked" if _hexes_email(found[0]) else found[0], text)
    return text


def _hides_email(run: str) -> bool:
    run = run.rstrip("=").replace("\r", "").replace("\n", "").replace("-", "+").replace("_", "/")
    if not EXPRESSIONS["base64_at"].search(run):
        return False
    for offset in range(4):
        part = run[offset:]
        if _holds_email(base64.b64decode(part + "A" * (-len(part) % 4))):
            return True
    return False


def _hexes_email(run: str) -> bool:
    if "40" not in run:
        return False
    for offset in range(2):
        part = run[offset:]
        if _holds_email(binascii.unhexlify(part[: len(part) // 2 * 2])):
            return True
    return False


def _holds_email(decoded: bytes) -> bool:
    """A zero, as every second byte in UTF-16, is passed over; bytes of no letter read as PostgreSQL escapes them."""
    text = _NO_LETTER.sub(lambda found: f"\\{ord(found[0]):03o}", decoded.decode("latin-1").replace("\0", ""))
    return EXPRESSIONS["decoded_email"].search(text) is not None


def mask_secrets(text: str) -> str:
    lower = text.lower()
    if "://" in text and "@" in text:
        text = EXPRESSIONS["url_login"].sub(f"://secret:masked{LOGIN}", text)
    if "-----BEGIN" in text:
        text = EXPRESSIONS["private_key"].sub("secret:masked", text)
    if "authoriz" in lower or "cookie" in lower:
        text = EXPRESSIONS["header"].sub(r"\1secret:masked", text)
    if "passw" in lower or "pwd" in lower or "secret" in lower or "phrase" in lower:
        text = _mask_found("password", text)
    if EXPRESSIONS["value"].search(text) and any(word in lower for word in _LABELS):
        text = _mask_found("assignment", text)
    if EXPRESSIONS["long_run"].search(text) and EXPRESSIONS["long_run"].search(EXPRESSIONS["plain_run"].sub("", text)):
        if ".ey" in text or "eyJ" in text or "eyI" in text:
            text = EXPRESSIONS["jwt"].sub("secret:masked", text)
        text = _mask_found("token", text)
    return text


def _mask_found(kind: str, text: str) -> str:
    """The groups of an expression are a label and stay; what a token goes on with behind its known part goes too."""
    all_found = list(EXPRESSIONS[kind].finditer(text))
    if not all_found:
        return text
    out = [text[: all_found[0].start()]]
    ends = [found.start() for found in all_found[1:]] + [len(text)]
    for found, end in zip(all_found, ends, strict=True):
        label = "".join(group or "" for group in found.groups())
        whole, rest = found[0], text[found.end() : end]
        if is_secret(kind, label, whole[len(label) :], rest):
            whole = f"{label}secret:masked"
            if kind == "token":
                rest = rest.lstrip(_TOKEN_CHARACTERS)
        out += (whole, rest)
    return "".join(out)


def mask_numbers(text: str) -> str:
    text = _mask_accounts(text)
    if EXPRESSIONS["many_digits"].search(text):
        text = EXPRESSIONS["card"].sub("card:masked", text)
    if "-" in text:
        text = EXPRESSIONS["ssn"].sub("ssn:masked", text)
    lower = text.lower()
    if "ssn" in lower or "social" in lower:
        text = EXPRESSIONS["ssn_labelled"].sub(r"\1ssn:masked", text)
    if any(word in lower for word in _PHONES):
        text = EXPRESSIONS["phone_labelled"].sub(r"\1phone:masked", text)
    if "+" in text or "(" in text:
        text = EXPRESSIONS["phone_abroad"].sub("phone:masked", text)
    if EXPRESSIONS["digits"].search(text):
        text = EXPRESSIONS["phone"].sub("phone:masked", text)
        text = EXPRESSIONS["phone_short"].sub("phone:masked", text)
    return text


def _mask_accounts(text: str) -> str:
    """The country says how long an IBAN is, written in one or in groups of four."""
    head, *parts = EXPRESSIONS["iban"].sub("\x1c\\g<0>", text).split("\x1c")
    out = [head]
    for part in parts:
        length = whole = _ACCOUNT_LENGTHS.get(part[:2].upper(), 0)
        if part[4] == " ":
            length += (length - 1) // 4
        account = part[:length].replace(" ", "")
        if 0 < length <= len(part) and len(account) == whole and not account.lstrip(_WORD) and part[length : length + 1].strip(_WORD) == part[length : length + 1]:
            part = "iban:masked" + part[length:]
        out.append(part)
    return "".join(out)
