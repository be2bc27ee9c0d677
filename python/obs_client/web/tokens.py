"""Signed tokens: who a request is for, until when. A token names a database role; row security decides what that sees.

A bearer token and a session's cookie are signed under different salts, so that neither passes for the other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer

MAX_TTL_S = 366 * 86_400
_TTL = re.compile(r"([1-9][0-9]{0,8})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MAX_CHARACTERS = 2_048


class BadTokenError(Exception):
    """The token was not made here, was changed, or is over."""


@dataclass(frozen=True)
class Grant:
    """What a token says: a role, until when (seconds since 1970), and what makes it one of its kind.

    `login`: the role could log in when the token was made, so it must be able to whenever the token is used.
    """

    role: str
    expires_at: int
    nonce: str
    login: bool = False

    @property
    def seconds_left(self) -> int:
        return max(0, self.expires_at - int(time.time()))


class Signer:
    """Makes and reads what one secret signs."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._tokens = self._serializer("obs token")
        self._sessions = self._serializer("obs session")

    def token(self, role: str, ttl_s: int, *, login: bool = False) -> str:
        return self._signed(self._tokens, role, int(time.time()) + ttl_s, login)

    def read_token(self, text: str) -> Grant:
        return self._read(self._tokens, text)

    def session(self, grant: Grant, longest_s: int) -> str:
        """The value of a session's cookie; it ends with the token, or earlier."""
        expires_at = min(grant.expires_at, int(time.time()) + longest_s)
        return self._signed(self._sessions, grant.role, expires_at, grant.login)

    def read_session(self, text: str) -> Grant:
        return self._read(self._sessions, text)

    def form_key(self, cookie: str) -> str:
        """What a form must bring back: known only to who has the cookie it was made for."""
        key = hashlib.sha256(b"obs form\0" + self._secret).digest()
        return hmac.new(key, cookie.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def form_key_fits(self, cookie: str, given: str) -> bool:
        return hmac.compare_digest(self.form_key(cookie).encode(), given.encode("utf-8", "replace"))

    def _serializer(self, salt: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            self._secret, salt=salt, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )

    def _signed(self, serializer: URLSafeTimedSerializer, role: str, expires_at: int, login: bool) -> str:
        return str(serializer.dumps([role, expires_at, secrets.token_urlsafe(12), *([1] if login else [])]))

    def _read(self, serializer: URLSafeTimedSerializer, text: str) -> Grant:
        if not text or len(text) > _MAX_CHARACTERS or not text.isascii():
            raise BadTokenError
        try:
            role, expires_at, nonce, *login = serializer.loads(text, max_age=MAX_TTL_S)
            grant = Grant(str(role), int(expires_at), str(nonce), bool(login))
        except (BadData, ValueError, TypeError):
            raise BadTokenError from None
        if grant.expires_at <= time.time():
            raise BadTokenError
        return grant


def seconds(text: str) -> int:
    """8h, 30m, 7d as seconds; ValueError otherwise."""
    found = _TTL.fullmatch(text.strip())
    if not found or not 0 < (length := int(found[1]) * _UNITS[found[2]]) <= MAX_TTL_S:
        raise ValueError(f"a lifetime is a number with s, m, h or d, at most 366d, such as 8h, not {text[:32]!r}")
    return length
