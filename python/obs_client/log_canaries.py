"""Made-up identities that try each rule of the client's redaction: what comes through says which rule is off."""

from __future__ import annotations

import hashlib
import json

from .redact import redact_extra, redact_id, redact_text

# One for each rule: kind, and what the rule must change. w is a word of letters, d are eight digits.
_TEXTS = {
    "email": "jo{w}@example.invalid",
    "email_encoded": "jo{w}%40example.invalid",
    "email_full_width": "jo{w}\uff20example.invalid",
    "email_entity": "jo{w}&#64;example.invalid",
    "email_unseen": "jo{w}\u200b@example.invalid",
    "email_spelled": "jo{w} at example dot com",
    "email_base64": "am9qZmtscGJhY3BrZm1AZXhhbXBsZS5pbnZhbGlk",
    "email_hex": "6a6f6b666c7040706c616e7465642e696e76616c6964",
    "url_login": "postgres://root:pw{w}@10/db",
    "private_key": "-----BEGIN PRIVATE KEY-----\n{w}\n-----END PRIVATE KEY-----",
    "token": "ghp_{w}5{w}",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJz{w}.{w}",
    "header": "Cookie: theme={w}",
    "password": "password: {w}",
    "assignment": "api_key=q{d}9{d}",
    "iban": "GB29NWBK601613{d}",
    "card": "visa 41111111{d}",
    "ssn": "#078-05-{a}",
    "ssn_labelled": "ssn 1{d}",
    "phone_labelled": "fax {d}",
    "phone_abroad": "+4930{d}",
    "phone": "02{d}",
    "phone_short": "555-{a}",
}
_EXTRAS = {
    "extra_address": {"reason": "told jo{w}@example.invalid"},
    "extra_key": {"what {w} said, then": 1},
    "extra_secret": {"api_key": "{w}"},
    "extra_prompt": {"prompt": "{w}"},
    "extra_number": {"fax_number": "{d}"},
    "extra_person": {"first_name": "{w}"},
    "extra_text": {"remark": "call {w} now"},
}
PLANTED = len(_TEXTS) + len(_EXTRAS) + 1


def missed_canaries(seed: str) -> list[str]:
    """The kinds of made-up identities that the client's redaction lets through."""
    missed = []
    for kind, text in _TEXTS.items():
        planted, needles = _made(text, seed + kind)
        if any(needle in redact_text(planted) for needle in needles):
            missed.append(kind)
    for kind, extra in _EXTRAS.items():
        planted, needles = _made(json.dumps(extra), seed + kind)
        if any(needle in json.dumps(redact_extra(json.loads(planted))) for needle in needles):
            missed.append(kind)
    planted, needles = _made("jo{w}@example.invalid", seed + "id_email")
    if any(needle in redact_id(planted) for needle in needles):
        missed.append("id_email")
    return missed


def _made(text: str, seed: str) -> tuple[str, list[str]]:
    digest = hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()
    word = digest[:12].translate(str.maketrans("0123456789", "ghijklmnop"))
    digits = digest[-8:].translate(str.maketrans("abcdef0", "1234567"))
    made = text.replace("{w}", word).replace("{d}", digits).replace("{a}", digits[:4])
    needles = [part for mark, part in (("{w}", word), ("{d}", digits)) if mark in text]
    return made, needles or [made]
