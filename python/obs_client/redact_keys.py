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
WHOLE_NUMBER = frozenset(("cc", "account"))
PERSONAL = frozenset(
    (
        "surname", "address", "street", "birthday", "birthdate", "dob", "firstname", "lastname", "fullname",
    )
)

SECRET_PAIRS = frozenset(
    ("api_key", "access_key", "private_key", "secret_key", "signing_key", "encryption_key", "session_id")
)
NUMBER_PAIRS = frozenset(("social_security", "tax_id", "national_id", "bank_account"))
PERSONAL_PAIRS = frozenset(
    (
        "first_name", "last_name", "full_name", "given_name", "family_name", "middle_name", "maiden_name",
        "contact_name", "person_name", "customer_name", "user_name",
    )
)
SUFFIXES = frozenset(("number", "num", "no", "nr", "value", "text", "raw"))
# fmt: on

_HUMP = re.compile("([a-z0-9])([A-Z])")
_SEPARATORS = str.maketrans("- .", "___")


@lru_cache(maxsize=1024)
def key_class(key: str) -> str:
    """plain, secret, prompt, number, personal or other: the last word of a key tells."""
    if key in PLAIN_KEYS:
        return "plain"
    whole = _HUMP.sub(r"\1_\2", key[:256].translate(_SEPARATORS)).lower()
    words = whole.split("_")
    if len(words) > 1 and words[-1] in SUFFIXES:
        words.pop()
    last, pair = words[-1], "_".join(words[-2:])
    if last in SECRET or pair in SECRET_PAIRS:
        return "secret"
    if last in PROMPT:
        return "prompt"
    if last in NUMBER or (len(words) == 1 and last in WHOLE_NUMBER) or pair in NUMBER_PAIRS:
        return "number"
    if last in PERSONAL or pair in PERSONAL_PAIRS or "birth" in whole:
        return "personal"
    return "other"
