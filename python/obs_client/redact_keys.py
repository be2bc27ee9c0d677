"""What a key of `extra` promises about its value: the twin of obs._key_class and obs._plain_keys."""

from __future__ import annotations

import re
from functools import lru_cache

# Keys that obs itself gives a meaning; what stands under them is kept, scrubbed.
# fmt: off
PLAIN_KEYS = frozenset(
    (
        "http_status", "attempt", "planned", "bucket", "email_status", "model", "relation", "domain", "about_len",
        "kind", "name", "value", "reason", "cache_hit", "tokens_cached", "tokens_reasoning", "content_hash",
        "expected_events", "count_total", "count_success", "count_error", "candidates_pre", "candidates_selected",
        "scored", "qa_samples", "langsmith_trace_url", "meta", "obs_warnings", "obs_cut",
    )
)

SECRET = frozenset(
    (
        "password", "passwd", "passphrase", "passwort", "pwd", "secret", "secrets", "token", "authorization",
        "auth", "cookie", "cookies", "apikey", "credential", "credentials", "bearer", "session", "otp", "pin",
        "cvv", "cvc", "csrf", "jwt", "signature",
    )
)
PROMPT = frozenset(
    (
        "prompt", "prompts", "message", "messages", "completion", "completions", "body", "content", "contents",
        "html", "transcript", "instructions", "choices", "chat", "conversation",
    )
)
NUMBER = frozenset(
    (
        "phone", "phones", "telephone", "tel", "mobile", "cell", "cellphone", "fax", "msisdn", "whatsapp", "ssn",
        "card", "iban", "pan", "passport",
    )
)
WHOLE_NUMBER = frozenset(
    (
        "cc", "social_security", "tax_id", "national_id", "bank_account", "account",
    )
)
PERSONAL = frozenset(
    (
        "surname", "address", "street", "birthday", "birthdate", "dob", "firstname", "lastname", "fullname",
    )
)

# fmt: on

_HUMP = re.compile("([a-z0-9])([A-Z])")
_SUFFIX = re.compile(r"_(?:number|num|no|nr|value|text|raw)\Z")
_SECRET_PAIR = re.compile(r"(?:(?:api|access|private|secret|signing|encryption)_key|session_id)\Z")
_PERSONAL_PAIR = re.compile(r"(?:first|last|full|given|family|middle|maiden|contact|person|customer|user)_name\Z")
_SEPARATORS = str.maketrans("- .", "___")


@lru_cache(maxsize=1024)
def key_class(key: str) -> str:
    """plain, secret, prompt, number, personal or other: the last word of a key tells."""
    if key in PLAIN_KEYS:
        return "plain"
    word = _SUFFIX.sub("", _HUMP.sub(r"\1_\2", key[:256]).translate(_SEPARATORS).lower())
    last = word.rpartition("_")[2]
    if last in SECRET or _SECRET_PAIR.search(word):
        return "secret"
    if last in PROMPT:
        return "prompt"
    if last in NUMBER or word in WHOLE_NUMBER:
        return "number"
    if last in PERSONAL or _PERSONAL_PAIR.search(word) or "birth" in word:
        return "personal"
    return "other"
