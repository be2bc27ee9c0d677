"""A channel's options: secrets only from the environment or a file, every mistake one sentence."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class ConfigError(Exception):
    """The forwarder cannot work as it is configured; one sentence."""


class Options:
    """Reads one section of the configuration. `done()` complains of what nobody asked for."""

    def __init__(self, where: str, values: Mapping[str, Any], warnings: list[str] | None = None) -> None:
        self.where = where
        self.warnings: list[str] = [] if warnings is None else warnings
        self._values = dict(values)
        self._known: set[str] = set()

    def text(self, name: str, default: str | None = None) -> str:
        value = self._take(name, default)
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            raise ConfigError(f"{self.where}.{name} must be one line of text")
        return value.strip()

    def optional(self, name: str) -> str | None:
        return self.text(name) if self._values.get(name) is not None else self._take(name, None, required=False)

    def texts(self, name: str) -> list[str]:
        value = self._take(name, None)
        listed = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        if not isinstance(listed, list) or not listed or not all(isinstance(part, str) and part for part in listed):
            raise ConfigError(f"{self.where}.{name} must be a list of texts")
        return listed

    def number(self, name: str, default: float, low: float, high: float) -> float:
        value = self._take(name, default)
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if isinstance(value, bool) or not low <= number <= high:
            raise ConfigError(f"{self.where}.{name} must be a number from {low:g} to {high:g}")
        return number

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._take(name, default)
        known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if isinstance(value, str) and value.lower() in known:
            return known[value.lower()]
        if not isinstance(value, bool):
            raise ConfigError(f"{self.where}.{name} must be true or false")
        return value

    def choice(self, name: str, default: str, *allowed: str) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise ConfigError(f"{self.where}.{name} must be one of {', '.join(allowed)}")
        return value

    def secret(self, name: str) -> str:
        """`env:NAME` or `file:/path`; the secret itself has no business in a configuration file."""
        return self._secret(name, self._take(name, None))

    def optional_secret(self, name: str) -> str | None:
        value = self._take(name, None, required=False)
        return None if value is None else self._secret(name, value)

    def authority(self) -> ssl.SSLContext | None:
        """TLS that also trusts the certificates of `ca_file`; None when there is no such option."""
        path = self.optional("ca_file")
        if path is None:
            return None
        context = ssl.create_default_context()
        try:
            context.load_verify_locations(path)
        except (OSError, ssl.SSLError):
            raise ConfigError(f"{self.where}.ca_file: {path} holds no certificate that can be read") from None
        return context

    def done(self) -> None:
        unknown = sorted(set(self._values) - self._known)
        if unknown:
            raise ConfigError(f"{self.where} has no option {unknown[0]}; it has {', '.join(sorted(self._known))}")

    def _take(self, name: str, default: Any, required: bool = True) -> Any:
        self._known.add(name)
        value = self._values.get(name, default)
        if value is None and required:
            raise ConfigError(f"{self.where}.{name} is missing")
        return value

    def _secret(self, name: str, value: Any) -> str:
        kind, _, rest = value.partition(":") if isinstance(value, str) else ("", "", "")
        if kind == "env" and rest:
            found = os.environ.get(rest, "")
            if not found.strip():
                raise ConfigError(f"{self.where}.{name}: the environment has no {rest}")
            return found.strip()
        if kind == "file" and rest:
            return self._from_file(name, Path(rest))
        raise ConfigError(f"{self.where}.{name} must be env:NAME or file:/PATH, never the secret itself")

    def _from_file(self, name: str, path: Path) -> str:
        try:
            found = path.read_text(encoding="utf-8").strip()
            mode = path.stat().st_mode
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "not a text file"
            raise ConfigError(f"{self.where}.{name}: {path} cannot be read: {reason}") from None
        if not found:
            raise ConfigError(f"{self.where}.{name}: {path} is empty")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            self.warnings.append(f"{path} holds a secret and is open to others than its owner: chmod 600 {path}")
        return found
