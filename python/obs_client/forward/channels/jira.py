"""Jira: one open issue a tenant and alert, found by its stored key, else by its label; every change is a comment."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from .. import text
from ..options import ConfigError, Options
from .base import Message, Ref, Sent, TryLater, stable_id
from .http import client, parsed, send

_ENDS = ("resolved", "acknowledged")


class Jira:
    def __init__(self, http: httpx.Client, url: str, project: str, issue_type: str = "Task") -> None:
        self._http, self._api = http, url.rstrip("/") + "/rest/api/2"
        self._project, self._issue_type = project, issue_type

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
        label = f"obs-{stable_id(message, idempotency_key, 'ticket_key')}"
        issue = self._stored(ref) or self._found(label)
        if issue is None and message.get("kind") in _ENDS:
            return Sent()
        # A new incident opens a new issue when somebody closed the old one; what is left to say goes to the old one.
        if issue and (issue["open"] or message.get("kind") in _ENDS):
            if _mark(idempotency_key) not in issue["description"]:  # else a try that died just after creating it
                self._comment(issue["key"], message, idempotency_key)
            key = issue["key"]
        else:
            key = self._create(label, message, idempotency_key, issue["key"] if issue else None)
        return Sent({"scope": "ticket", "key": key})

    def close(self) -> None:
        self._http.close()

    def _stored(self, ref: Ref | None) -> dict[str, Any] | None:
        key = str((ref or {}).get("key") or "")
        if not key:
            return None
        answer = send(self._http, "GET", f"{self._api}/issue/{quote(key, safe='')}?fields=status", allowed=(404,))
        return None if answer.status_code == 404 else _issue(parsed(answer))

    def _found(self, label: str) -> dict[str, Any] | None:
        """The newest issue with the label: a try that died after creating it left it behind."""
        asked = {"jql": f'project = "{self._project}" AND labels = "{label}" ORDER BY created DESC', "maxResults": 1}
        asked |= {"fields": ["status", "description"]}
        answer = send(self._http, "POST", f"{self._api}/search/jql", allowed=(404, 405, 410), json=asked)
        if answer.status_code in (404, 405, 410):  # a server of one's own has the older way alone
            answer = send(self._http, "POST", f"{self._api}/search", json=asked)
        issues = parsed(answer).get("issues")
        if not isinstance(issues, list):
            raise TryLater("Jira answered a search without a list of issues")
        return _issue(issues[0]) if issues else None

    def _create(self, label: str, message: Message, idempotency_key: str, earlier: str | None) -> str:
        description = self._said(message, idempotency_key) + (f"\n\nEarlier issue: {earlier}" if earlier else "")
        fields = {
            "project": {"key": self._project},
            "issuetype": {"name": self._issue_type},
            "summary": text.title(message, 250),
            "description": description,
            "labels": ["obs", label],
        }
        key = parsed(send(self._http, "POST", f"{self._api}/issue", json={"fields": fields})).get("key")
        if not isinstance(key, str) or not key:
            raise TryLater("Jira created an issue but did not say its key")
        return key

    def _comment(self, key: str, message: Message, idempotency_key: str) -> None:
        where = f"{self._api}/issue/{quote(key, safe='')}/comment"
        if int(message.get("attempts") or 1) > 1 and self._has_comment(where, idempotency_key):
            return
        send(self._http, "POST", where, json={"body": self._said(message, idempotency_key)})

    def _has_comment(self, where: str, idempotency_key: str) -> bool:
        comments = parsed(send(self._http, "GET", f"{where}?orderBy=-created&maxResults=50")).get("comments")
        return isinstance(comments, list) and any(_mark(idempotency_key) in str(found) for found in comments)

    @staticmethod
    def _said(message: Message, idempotency_key: str) -> str:
        head = text.jira(text.title(message))
        return f"*{head}*\n\n{text.jira(text.body(message))}\n\n{_mark(idempotency_key)}"


def _mark(idempotency_key: str) -> str:
    return f"({idempotency_key.replace('-', '/')})"


def _issue(found: Any) -> dict[str, Any]:
    key = found.get("key") if isinstance(found, dict) else None
    if not isinstance(key, str) or not key:
        raise TryLater("Jira answered with an issue without a key")
    fields = found.get("fields")
    fields = fields if isinstance(fields, dict) else {}
    category = str(fields.get("status"))  # {'statusCategory': {'key': 'done', …}, …}
    return {"key": key, "open": "'key': 'done'" not in category, "description": str(fields.get("description") or "")}


def from_options(options: Options) -> Jira:
    user, token = options.optional("user"), options.secret("token")
    timeout = options.number("timeout_s", 8, 1, 15)
    url, project = options.text("url"), options.text("project")
    if not url.startswith(("https://", "http://")):
        raise ConfigError(f"{options.where}.url must begin with https://")
    if not project.replace("_", "").isalnum():
        raise ConfigError(f"{options.where}.project must be a project's key, like OPS")
    http = client(timeout, auth=(user, token)) if user else client(timeout)
    if not user:
        http.headers["Authorization"] = f"Bearer {token}"
    return Jira(http, url, project, options.text("issue_type", "Task"))
