"""Whether what looks like a secret is one: the twin of obs._is_secret. Lengths and alphabets are the issuers'."""

from __future__ import annotations

import re

_NO_SIGN = re.compile("[=:]|->")
_QUOTED = re.compile("[\"']\\Z|[=:>]")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HEX = "0123456789abcdefABCDEF"
_SAID_OF_PASSWORDS = frozenset(
    (
        "required", "must", "missing", "invalid", "incorrect", "wrong", "empty", "cannot", "null", "none", "true",
        "false", "undefined", "expired", "failed",
    )
)  # fmt: skip
_PLACES = frozenset(("bin", "etc", "home", "opt", "run", "tmp", "usr", "var"))
_EXAMPLES = ("example", "placeholder", "changeme", "abcdefghijklm", "xxxxxxxx", "000000000000")
_GITLAB = frozenset(("glpat", "gldt", "glft", "glsoat", "glrt", "glrtr", "glcbt", "glffct"))


def is_secret(kind: str, label: str, value: str, rest: str) -> bool:
    if kind == "password":
        return _is_password(label, value)
    if kind == "assignment":
        digits = value.lstrip(_LETTERS + "_~.+/=%-")
        if value.lower().split("_")[0] in _SAID_OF_PASSWORDS or len(digits) < 11 or len(value) - len(digits) > 40:
            return False
        if label.lower().startswith(("public", "csrf", "xsrf", "page")):
            return False
        if value.startswith("/") and value.split("/")[1] in _PLACES:
            return False
    elif not _is_token(value, rest):
        return False
    # Nobody's: what stands where a secret would, or repeats few characters. Some issuers' own examples are rows of x.
    if value.startswith(("SK", "AC", "hooks.")):
        return True
    return len(set(value)) > 4 and not any(word in value.lower() for word in _EXAMPLES)


def _is_password(label: str, value: str) -> bool:
    """Neither a mask, a variable, a row of x, nor what is said of a password.

    Without a sign between, or behind >, or of a label that may count what passed, it must be quoted or an option's and
    hold letters and digits.
    """
    label = label.lower()
    if (_NO_SIGN.search(label) is None or "_pass" in label) and (
        not value.lstrip(_LETTERS)
        or not value.lstrip("0123456789.,")
        or not (_QUOTED.search(label) or label.startswith(("--", "identified")))
    ):
        return False
    lower = value.lower()
    return not (
        lower.startswith(("masked", "secret:masked", "${", "$(", "{{", "%(", "%s"))
        or "xxxxxxxx" in lower
        or (lower.startswith("$") and not value[1:].rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ_"))
        or not lower.strip(".*x")
        or len(value) < 4
        or lower.rstrip(".!?)") in _SAID_OF_PASSWORDS
    )


def _is_token(value: str, rest: str) -> bool:
    size = len(value)
    head, _, tail = value.partition("-")
    if (at := value.find("Q~")) > 2:
        return size >= at + 33 and value[at - 1] in "0123456789"
    if value.startswith("gl") and "-" in value:
        if head in ("glptt", "gloas", "glimt"):
            return size == {"glptt": 46, "gloas": 70, "glimt": 31}[head]
        if head == "glagent":
            return size >= 58
        return head in _GITLAB and len(tail) >= 20 and (len(tail) <= 50 or (rest[:1] == "." and rest[3:4] == "."))
    if value.startswith("sk-"):
        if value.lower().startswith(("sk-proj-", "sk-admin-", "sk-svcacct-")):
            return "T3BlbkFJ" in value or size >= 64
        return size >= 23 and value[3:].lstrip(_LETTERS + "-_") != ""
    if value.startswith(("lsv2_", "apify_")):
        return size >= 40
    if value.startswith(("ls__", "fc-")):
        return size == (36 if head != "fc" else 35) and not value[-32:].lstrip(_HEX)
    if value.startswith("tvly-"):
        return size >= 25 and value[5:].lstrip(_LETTERS + "-") != ""
    if value.startswith("xai-"):
        return size >= 60
    if value.startswith("BSA"):
        return 30 <= size <= 32 and value.lstrip(_LETTERS + "_-") != ""
    if value.startswith("GR1348941"):
        return 29 <= size <= 59
    for start, length in (("ntn_", 50), ("pplx-", 53), ("rdme_", 75), ("4b1d", 42), ("ico-", 36)):
        if value.startswith(start):
            return size == length
    if value.startswith("dapi"):
        return size in (36, 38) and not value[4:36].lstrip(_HEX)
    if value.startswith("sgp_"):
        return size >= 44 and not value[-40:].lstrip(_HEX)
    if value.startswith("SG."):
        return size >= 60
    if value.startswith(("SK", "AC")):
        return size == 34 and value[2:] == value[2:].lower()
    if value.startswith("API-"):
        return size == 30 and value == value.upper()
    if value.startswith("A3-"):
        return size >= 34
    if value.endswith("_mmk"):
        return size == 40
    if value.startswith(("key-", "pubkey-")):
        return len(value.split("-")[1]) == 32
    return _is_shaped(value)


def _is_shaped(value: str) -> bool:
    if ":AA" in value:
        number, key = value.replace("/bot", "").split(":")[:2]
        return 8 <= len(number) <= 10 and len(key) >= 35
    if value[-4:-1] == "-us" or value[-5:-2] == "-us":
        return value.index("-") == 32
    if ".atlasv1." in value:
        return len(value) >= 60
    if value[0] in "MNO" and value.count(".") > 1:
        user, moment, key = value.split(".")[:3]
        return 24 <= len(user) <= 26 and len(moment) == 6 and 27 <= len(key) <= 38
    return len(value) >= (18 if value[1:3] == "k_" else 20)
