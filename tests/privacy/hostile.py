"""Texts made to hold a redactor for long: trigger words repeated, chained, nested and cut short, of any size."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

# What a rule of redaction begins with, or almost begins with, so that each position of the text is a start of a match.
UNITS = (
    "@", "a@", "@a", "a@a", "a@a.", ".@", "a@[", '"@a', '"a"@', "a.", "a-", "a_", "a%", "ä@", "＠", "a＠a.",
    "%40", "%2540", "%25", "%EF%BC%A0", "%c3%a9", "\\u0040", "\\\\u0040", "\\u00", "\\", "\\\"", "\\x40",
    "&#64;", "&#x40;",
    "&#0000064;", "&commat;", "&amp;#64;", "&", "=40", "=3D", "u+0040", "616263", "61406",
    "token=", "token=a1", "token=abc1", "token: ", "token\" : \"", "token\\\": \\\"", "api_key=", "api key ", "key=1",
    "password=", "password=a", "password: a1", "passwd ", "pwd=>", "secret: ", "secret=>", "secret?=",
    "client_secret=",
    "secret:masked ", "token=${a}", "token=xxxx", "authorization: ", "Authorization: Bearer ",
    "authorization: a; a=b; ",
    "auth: ", "Bearer ", "bearer a1", "Basic ", "?code=", "?sig=", "&key=", "login=", "sig=1", "cookie: a; ",
    "cookie: a=b; ",
    "set-cookie: a=b;", "session_id=", "jsessionid=", "credential: ", "signature=", "sourcegraph ",
    "snyk_token = ", "sonar.login ",
    "passphrase ", "token token ", "key key ", "secret secret=", "://", "://a:b", "://a:b@", "://:",
    "https://a:", "a://b:c@d",
    "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN A PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----A-", "PRIVATE KEY",
    "sk-", "sk-proj-", "sk_live_", "ghp_", "glpat-", "glagent-", "xoxb-", "xoxb-1-", "xapp-1-", "AKIA", "AIza",
    "SK", "AC", "key-",
    "eyJ", "eyJ-", "eyJa.", "eyJ9.", "eyJ9.eyJ9.", "9.eyJ", "fQ.", "1:AA", "12345678:AA", "hvs.", "SG.",
    "SG.a.", "dp.pt.", "a1Q~",
    "MAAAA.", "atlasv1.", ".atlasv1.", "-us1", "a-us", "0123456789abcdef-us", "4b1d", "API-", "EAAA", "AKCp",
    "ops_eyJ",
    "0", "1", "00 ", "1 ", "1.", "1-", "1-1-", "12 ", "123 ", "123-", "00-", "(12) ", "(1", "+", "+1", "+1 ",
    "4111 ", "4111-",
    "4111", "37 ", "3782 822463 ", "9999999999 ", "123-45-6789", "123-45-6789-", "1 2 3 4 5 6 7 ", "1/", "1x",
    "12:", "12,",
    "DE12 3456 ", "GB12 ", "GB12 ABCD ", "DE89370400440532013000", "DE", "GB12", "NO12 ", "phone", "phone ",
    "phone 1",
    "phone: 1 2", "tel. +", "mobile no ", "fax 12 34 56 ", "123 4567 a b c ", "555 1234 Street ",
    "AAAA", "YWFh", "YWFhQGIuY28", "YWFhQGIuY28=", "YWFh-_", "YWFhQGIuY28 ", "QGFh", "dGVzdA==\n", "aaaaaaaaaaaa ",
    " at a dot ", " at ", " dot ", "[at]", "(at)", "a (at) b", "a [at] b [dot] ", "a at b dot ", "[dot]",
    "a{at}", "a at b.c",
    "é", "\u200b", "\u00ad", "a\u200b@", "\u0300", "\u0300\u0316", "a\u0316\u0300", "ﷺ", "𝟎", "𝟎 ", "ａ", "ａ＠",
    "１", "ß", "İ", "\u3002", "xn--a@",
    "a", "A", "Ab", "AbA", "A1", "x1", "ab12", "a1-", "a=", "=", "\n", "\r\n", "\t", " ", "'", '"', "`", "<",
    ">", "{", "}", "[", "]",
    "ﷺ@", "＠ﷺ", "ﷺf㍍＠", "㍍", "ico-aQ~", "ico-ａ~", "sk-a ", "sk-12345678 ", "123-1234 ", "12 345 678 ",
    "5432 5433 a b c ",
    "a'", "a'a@", "'a@", "o'a@b ", "a*a@b ", "`a`@b ", "a}@", "@v1", "a@v1.1-", "x@sha256:", "password='a ",
    "(", ")", "{\"a\":", "[[", "\"a\":\"b\",", "'a':", "_", "~", "-", "--", "#", "$", "${", "{{a}}", "*", "|",
)  # fmt: skip


def repeated(unit: str, size: int) -> str:
    """The unit over and over, at most so many bytes."""
    return (unit * (size // len(unit.encode()) + 1)).encode()[:size].decode(errors="ignore")


def texts(size: int) -> Iterator[tuple[str, str]]:
    """Name and text of each hostile input, at most `size` bytes long."""
    for unit in UNITS:
        yield repr(unit), repeated(unit, size)
    for lead, run, end in (
        ("", "a", "@b.co"), ("", "a", "@"), ('"', "a", '"@b.co'), ('"', 'a\\"', '"@b.co'), ("a@", "b.", ""),
        ("a@", "b", ""),
        ("a@[", "1", "]"), ("token=", "a", ""), ("token=", "a", "1"), ("token=", "1", ""), ("token=", "a1", "!"),
        ("password=", "a", ""), ("authorization: ", "a", ""), ("cookie: ", "a=b; ", ""), ("://", "a", ":b@c"),
        ("://a:", "b", ""),
        ("://a:", "b", "@"), ("-----BEGIN PRIVATE KEY-----", "a", ""), ("-----BEGIN PRIVATE KEY-----", "-a", ""),
        ("-----BEGIN ", "A ", "PRIVATE KEY-----"), ("sk-proj-", "a", ""), ("eyJ", "a", ""), ("eyJ", "a", "."),
        ("eyJ", "9", "."),
        ("eyJ", "a9.", ""), ("xoxb-", "1-", ""), ("123456789:AA", "a", ""), ("+1", " 1", ""), ("+1", " ", "1"),
        ("", "1", "a"),
        ("", "1 ", "x"), ("4", "1", ""), ("phone", " ", "1"), ("phone: ", "1 ", "a"), ("(1) ", "2 ", ""),
        ("DE12", "3456", "_"),
        ("DE12 ", "3456 ", "_"), ("", "YWFh", "!"), ("", "YWFhQGIuY28", "!"), ("a (at) ", "b.", ""), ("a at b",
        " dot c", " dot"),
        ("a at ", "b", " dot com"), ("&#", "0", "64;"), ("%", "25", "40"), ("\\", "\\", "u0040"), ("", " ",
        "token = a1"),
        ("token", " ", "= abcdef1234567890"), ("a", "\u0300", ""), ("a", "\u0316\u0300", "@b.co"), ("", "ａ", "＠b.co"),
    ):  # fmt: skip
        room = size - len((lead + end).encode())
        yield f"{lead!r} {run!r}… {end!r}", lead + repeated(run, room) + end
    for name, unit in {
        "addresses": "u{n}@b{n}.example ",
        "addresses in quotes": '"u {n}"@b{n}.example,',
        "tokens": "token=abc{n}defghijklmnop ",
        "tokens of one shape": "ghp_{n:036d} ",
        "passwords": "password=abc{n} ",
        "cards": "4111 1111 1111 {n:04d} ",
        "phones": "+49 170 {n:07d} ",
        "short phones": "555-{n:04d} ",
        "accounts": "DE89 3704 0044 0532 01{n:04d} 00 ",
        "social": "123-45-{n:04d} ",
        "hidden addresses": "bm9yYS5xdWlsbEBicmluZGxlLmV4YW1wbGU{n:04d}= ",
        "base64": "SGVsbG8gdGhlcmUsIGhvdyBhcmUgeW91IHRvZGF5{n:04d} ",
        "hashes": "{n:032x} ",
        "uuids": "{n:08x}-0000-4000-8000-{n:012x} ",
        "labels": "key{n}=value{n}; ",
        "everything": 'u{n}@b.co token=abc{n:012d} +1 555 010 {n:04d} é %40 &#64; (at) 123-45-{n:04d} "x"@y.z ',
        "json": '{{"email":"u{n}@b.example","api_key":"abc{n:016d}"}},',
        "json in json": '{{\\"email\\":\\"u{n}\\u0040b.example\\"}},',
    }.items():
        yield name, "".join(unit.format(n=n) for n in range(size // 8))[:size].encode()[:size].decode(errors="ignore")
    # No period that an engine could learn: characters and trigger words by chance, the same in every run.
    draw = random.Random(7)
    for name, alphabet in {
        "any printable": [chr(code) for code in range(32, 127)],
        "letters and digits": list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
        "letters, digits, joints": list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-._-./+="),
        "digits and signs": list("0123456789 0123456789 .-()+/"),
        "hexadecimal": list("0123456789abcdef"),
        "words": [
            "token",
            "key",
            "secret",
            "phone",
            "mail",
            "auth",
            " ",
            " ",
            "=",
            ":",
            "a1",
            "at",
            "dot",
            "@",
            ".",
            "_",
            "-",
        ],
        "units": list(UNITS),
        "units and spaces": [*UNITS, *[" "] * len(UNITS)],
        "code points": [chr(draw.randrange(0xA0, 0x3000)) for _ in range(4000)],
        "code points and signs": [*(chr(draw.randrange(0xA0, 0x3000)) for _ in range(50)), *"@.@.%=&"],
        "marks": [*(chr(code) for code in range(0x300, 0x370)), "a", "@", "."],
    }.items():
        text = "".join(draw.choice(alphabet) for _ in range(size))
        yield f"chance: {name}", text.encode(errors="ignore")[:size].decode(errors="ignore")


# Values of which many fit into an extra, each dear for its size.
VALUES = (
    "a@b", "a@b0", "é", "%41", " ", "12 345 678", "ab", "", "\"", "\\", "\n", "x" * 65, "token=a1b2c3d4e5f6g7",
    True, 1.5, 123456789012.5, 4111111111111112, [], {}, ["a@b"], [True], [[[[{}]]]], {"a": 1}, {"Ab": "x y"}, [1],
    [4111111111111111],
)  # fmt: skip


def extras(size: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and extra of each hostile one, its JSON at most `size` bytes long: as much as fits, and less of it."""
    for value in VALUES:
        fits = (size - 20) // (len(json.dumps(value, ensure_ascii=False).encode()) + 2)
        for count in {fits, 400, 120, 60, 30}:
            if count <= fits:
                yield f"{count} of {value!r}", {"a": [value] * count}
                yield f"reason: {count} of {value!r}", {"reason": [value] * count}
                yield f"phone: {count} of {value!r}", {"phone": [value] * count}
    for unit in ("123-1234 ", "a@b ", "é", "ﷺ@", "o'a@b ", "4111111111111112 "):
        for room in (900, 1500, 3000):
            text = repeated(unit, room)
            yield f"{unit!r} under plain keys", dict.fromkeys(("reason", "name", "value", "model", "bucket"), text)
            yield f"{unit!r} in a list", {"reason": [text] * (size // (room + 4))}
            yield f"{unit!r} under other keys", {f"k{n}": text for n in range(size // (room + 10))}
    for key in ("a{n}@b.co", "k {n}", "Ab{n}", "phone_{n}", "k" * 70 + "{n}"):
        for count in (40, 100, 900):
            extra = {key.format(n=n): n for n in range(count)}
            if len(json.dumps(extra)) <= size:
                yield f"{count} keys like {key}", extra
