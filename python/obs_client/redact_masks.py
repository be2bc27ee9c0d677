"""How each kind of finding is masked: the text steps of redaction, in the order of the database's."""

from __future__ import annotations

import base64
import binascii
import itertools
import re

from .redact_secrets import is_secret
from .redact_unveil import EXPRESSIONS

# Stands for an address until all else is masked; no text holds it, since unveil removes control characters.
ADDRESS = "\x1e"
# The sign of a masked login in a URL, or of a version, which would be taken for an address.
LOGIN = "\x1d"

_NO_LETTER = re.compile("[\x80-\xff]")
_SPELLED_AT = ("at)", "at]", "at}", "at>", "at )", "at ]", "@)", "@]")
_HASH_OF_OBS = re.compile(r"h[0-9]+:\Z")
_BLANK_AT = re.compile(r"[ \t\r\n]@|@[ \t\r\n]")
_TOKEN_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_~=.+/-"
_LABELS = ("token", "key", "auth", "login", "cred", "session", "bearer", "sig", "basic", "code=", "sid=", "sourcegraph")
_PASSWORDS = ("passw", "pwd", "secret", "phrase", "_pass", "identified by")
_WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_CARDS = re.compile(
    "(?<![a-z])(?:card|kart|carte|tarjeta|visa|amex|credit|debit|kredit|master)", re.IGNORECASE | re.ASCII
)
_ACCOUNT_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH CR HR LI LV",
        22: "BG BH DE GB GE IE ME RS VA", 23: "AE GI IL IQ TL OM", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "PT ST LY",
        26: "IS TR", 27: "FR GR IT MC MR SM DJ BI", 28: "AL AZ BY CY DO GT HU LB PL SV NI", 29: "BR EG PS QA UA",
        30: "JO KW MU", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
_PHONES = ("phone", "mobile", "cell", "fax", "tel", "whatsapp", "msisdn")


def take_emails(text: str) -> str:
    """The text with a mark for each address."""
    if "@v" in text or "@sha" in text:
        text = EXPRESSIONS["version"].sub(LOGIN + r"\1", text)
    return EXPRESSIONS["email"].sub(ADDRESS, text) if "@" in text else text


def mask_spelled(text: str, lower: str) -> str:
    spelled = (
        " dot " in lower
        or "_dot_" in lower
        or any(word in lower for word in _SPELLED_AT)
        or ("@" in text and _BLANK_AT.search(text) is not None)
    )
    return EXPRESSIONS["email_spelled"].sub("email:masked", text) if spelled else text


def mask_runs(text: str, lower: str) -> str:
    """Runs of base64 and of hexadecimal digits that hide an address."""
    if EXPRESSIONS["base64_at"].search(text):
        text = EXPRESSIONS["base64_run"].sub(lambda found: "email:masked" if _hides_email(found[0]) else found[0], text)
    if "40" in lower and "2e" in lower:
        text = EXPRESSIONS["hex_run"].sub(_mask_hex, text)
    return text


def _mask_hex(found: re.Match[str]) -> str:
    """A keyed hash of obs's own is random: one in fifty thousand reads like an address."""
    start = found.start()
    own = len(found[0]) == 32 and _HASH_OF_OBS.search(found.string, max(0, start - 8), start)
    return found[0] if own or not _hexes_email(found[0]) else "email:masked"


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
    text = decoded.decode("latin-1").replace("\0", "").replace("\\", "\\\\")
    text = _NO_LETTER.sub(lambda found: f"\\{ord(found[0]):03o}", text)
    return EXPRESSIONS["decoded_email"].search(text) is not None


def mask_secrets(text: str, lower: str) -> str:
    if "://" in text and "@" in text:
        text = EXPRESSIONS["url_login"].sub(f"://secret:masked{LOGIN}", text)
    if "-----BEGIN" in text:
        text = EXPRESSIONS["private_key"].sub("secret:masked", text)
    if "authoriz" in lower or "cookie" in lower:
        text = EXPRESSIONS["header"].sub(r"\1secret:masked", text)
    if any(word in lower for word in _PASSWORDS):
        text = _mask_found("password", text)
    if EXPRESSIONS["value"].search(text) and any(word in lower for word in _LABELS):
        text = _mask_found("assignment", text)
    # A key fc-… is made of the digits of a hash.
    if EXPRESSIONS["long_run"].search(text) and (
        "fc-" in text or EXPRESSIONS["long_run"].search(EXPRESSIONS["plain_run"].sub("", text))
    ):
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
    for place, (found, end) in enumerate(zip(all_found, ends, strict=True)):
        label = "".join(group or "" for group in found.groups())
        whole, rest = found[0], text[found.end() : end]
        if kind == "password" and label[-1] in "\"'" and rest[:1] != label[-1]:
            # A quoted one with a digit in it may hold blanks.
            more, quote, _ = rest[:64].partition(label[-1])
            if quote and "\n" not in more and any(digit in whole + more for digit in "0123456789"):
                whole, rest = whole + more, rest[len(more) :]
        # A text with more of them than that is made to be dear.
        if place >= 64 or is_secret(kind, label, whole[len(label) :], rest):
            whole = f"{label}secret:masked"
            if kind == "token":
                rest = rest.lstrip(_TOKEN_CHARACTERS)
        out += (whole, rest)
    return "".join(out)


def mask_numbers(text: str) -> str:
    text = _mask_accounts(text)
    if EXPRESSIONS["many_digits"].search(text):
        text = _mask_cards(text)
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


def _mask_cards(text: str) -> str:
    """In groups, or where the text speaks of cards, whatever its digits; bare digits must pass Luhn's test."""
    if _CARDS.search(text):
        return EXPRESSIONS["card"].sub("card:masked", text)
    places = itertools.count()
    return EXPRESSIONS["card"].sub(
        lambda found: "card:masked" if next(places) >= 32 or _is_card(found[0]) else found[0], text
    )


def _is_card(number: str) -> bool:
    if not number.isdecimal():
        return True
    places = enumerate(reversed(number))
    return sum(int("0246813579"[int(digit)] if place % 2 else digit) for place, digit in places) % 10 == 0


def _mask_accounts(text: str) -> str:
    """The country says how long an IBAN is, in one or in groups of four; one character may be missing or too many."""
    head, *parts = EXPRESSIONS["iban"].sub("\x1c\\g<0>", text).split("\x1c")
    out = [head]
    for part in parts:
        whole = _ACCOUNT_LENGTHS.get(part[:2].upper(), 0)
        for length in (whole, whole - 1, whole + 1) if whole else ():
            end = length + (length - 1) // 4 if part[4] == " " else length
            account, after = part[:end].replace(" ", ""), part[end : end + 1]
            if len(account) == length and not account.lstrip(_WORD) and not (after and after in _WORD):
                part = "iban:masked" + part[end:]
                break
        out.append(part)
    return "".join(out)
