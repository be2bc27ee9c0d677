"""A webhook of anybody's: signed JSON, a key that tells repeats, and no way into the private network.

The signature is `t=<unix seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`. The address that was checked is the one that
is connected to, so that a name cannot lead elsewhere between the two.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import socket
import time
from urllib.parse import urlsplit

import httpx

from .. import text
from ..options import ConfigError, Options
from .base import Message, Ref, Refused, Sent, TryLater
from .http import client, send

_TRANSLATED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


class Webhook:
    def __init__(self, http: httpx.Client, url: str, secret: str, allow_private: bool = False) -> None:
        self._http, self._secret, self._allow_private = http, secret.encode(), allow_private
        self._url = httpx.URL(url)

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
        body = json.dumps({**message, "idempotency_key": idempotency_key}, ensure_ascii=False, default=str)
        data = body.encode("utf-8", "replace")
        host = self._url.host
        address = self._address(host)
        headers = {
            "Host": self._url.netloc.decode("ascii"),
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": idempotency_key,
            "X-Obs-Signature": signature(self._secret, data, int(time.time())),
        }
        url = self._url.copy_with(host=address)
        send(self._http, "POST", str(url), content=data, headers=headers, extensions={"sni_hostname": host})
        return Sent()

    def close(self) -> None:
        self._http.close()

    def _address(self, host: str) -> str:
        """One address of the host; Refused when any is private and that is not allowed."""
        try:
            found = socket.getaddrinfo(host, self._url.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            raise TryLater(f"webhook: {text.line(host)} cannot be resolved: {text.line(error, 200)}") from error
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        for address in addresses:
            if not self._allow_private and not is_public(address):
                raise Refused(f"webhook: {text.line(host)} leads to the private address {address}")
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is one that anybody on the internet could be asked at."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.is_site_local or any(ip in network for network in _TRANSLATED):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback)


def signature(secret: bytes, body: bytes, moment: int) -> str:
    return f"t={moment},v1={hmac.new(secret, f'{moment}.'.encode() + body, hashlib.sha256).hexdigest()}"


def from_options(options: Options) -> Webhook:
    url = options.text("url")
    parts = urlsplit(url)
    allow_private = options.flag("allow_private")
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_private):
        raise ConfigError(f"{options.where}.url must begin with https://; http:// needs allow_private = true")
    if not parts.hostname or parts.username or parts.password:
        raise ConfigError(f"{options.where}.url must name a host, and no user or password")
    secret = options.secret("secret")
    if len(secret) < 16:
        raise ConfigError(f"{options.where}.secret must have at least 16 characters")
    # A proxy would resolve the name again, beyond the check.
    timeout, tls = options.number("timeout_s", 10, 1, 25), options.authority() or True
    return Webhook(client(timeout, trust_env=False, verify=tls), url, secret, allow_private)
