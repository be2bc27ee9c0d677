"""Who the demo's alerts reach: a Slack-shaped HTTP server and a mailbox, on this machine only.

What they get is kept below the demo's folder: `slack`, a JSON file a message, and `mail`, an .eml file a letter.
`forward.toml` there leads a forwarder to them.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import html
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"
TOKEN = "xoxb-demo"
MARKS = {":rotating_light:": "🚨", ":warning:": "⚠️", ":ticket:": "🎫", ":white_check_mark:": "✅", ":eyes:": "👀"}

Hear = Callable[[str, str, str], object]  # channel, idempotency key, what a person reads


class Slack:
    """chat.postMessage and chat.update of Slack's API."""

    def __init__(self, folder: Path, hear: Hear) -> None:
        self._folder, self._hear = folder, hear
        self._lock = threading.Lock()
        self._messages: dict[str, dict[str, Any]] = {}
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                is_ours = self.headers.get("Authorization") == f"Bearer {TOKEN}"
                answer = slack.answer(self.path, said) if is_ours else {"ok": False, "error": "invalid_auth"}
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Says nothing: what comes is kept."""

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def answer(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        """Keeps a message or changes one; what Slack would answer."""
        is_new = path == "/api/chat.postMessage"
        with self._lock:
            ts = f"1700000000.{len(self._messages) + 1:06}" if is_new else str(said.get("ts"))
            if not is_new and (path != "/api/chat.update" or ts not in self._messages):
                return {"ok": False, "error": "message_not_found"}
            self._messages[ts] = {**self._messages.get(ts, {}), **said, "ts": ts}
            kept = json.dumps(self._messages[ts], indent=2, ensure_ascii=False)
            (self._folder / f"{ts}.json").write_text(kept + "\n", encoding="utf-8")
        if is_new:
            self._hear("slack", said["metadata"]["event_payload"]["idempotency_key"], as_read(said["text"]))
        return {"ok": True, "ts": ts, "channel": said.get("channel")}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class Mailbox:
    """A mail server that takes every letter."""

    def __init__(self, folder: Path, hear: Hear) -> None:
        self._folder, self._hear = folder, hear
        self._count = 0
        self._loop = asyncio.new_event_loop()
        making = self._loop.create_server(lambda: SMTP(self, hostname="localhost", loop=self._loop), HOST, 0)
        self._server = self._loop.run_until_complete(making)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self._count += 1
        (self._folder / f"{self._count:04}.eml").write_bytes(envelope.content)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        head = "\n".join(f"{name}: {letter[name]}" for name in ("From", "To", "Subject"))
        self._hear("mail", letter["X-Obs-Idempotency-Key"], f"{head}\n\n{letter.get_content().strip()}")
        return "250 kept"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._server.close()
        self._loop.run_until_complete(self._end_talks())
        self._loop.close()

    async def _end_talks(self) -> None:
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


class Receivers:
    """Both of them, and the configuration of a forwarder that serves them: `with` starts and ends them."""

    def __init__(self, home: Path, hear: Hear | None = None) -> None:
        self.config = home.absolute() / "forward.toml"
        self.texts: dict[str, str] = {}  # idempotency key -> what a person reads
        self._home, self._told = home.absolute(), hear

    def __enter__(self) -> Receivers:
        for name in ("slack", "mail"):
            (self._home / name).mkdir(exist_ok=True)
        self._slack = Slack(self._home / "slack", self._hear)
        self._mailbox = Mailbox(self._home / "mail", self._hear)
        token = self._home / "slack-token"
        token.write_text(TOKEN)
        token.chmod(0o600)
        self.config.write_text(configuration(self._slack.port, self._mailbox.port, token), encoding="utf-8")
        self.config.chmod(0o600)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._slack.close()
        self._mailbox.close()

    def _hear(self, channel: str, key: str, text: str) -> None:
        self.texts[key] = text
        if self._told is not None:
            self._told(channel, key, text)


def configuration(slack_port: int, mail_port: int, token: Path) -> str:
    """What `obs forward` needs to know."""
    return f"""# `obs forward --config` this file tells alerts to the demo's receivers.
[channels.slack]
type = "slack"
token = {json.dumps(f"file:{token}", ensure_ascii=False)}
channel = "C0DEMO"
api_url = "http://{HOST}:{slack_port}/api/"

[channels.mail]
type = "email"
host = "{HOST}"
port = {mail_port}
encryption = "none"
from = "obs <obs@demo.example>"
to = ["ops@demo.example"]
"""


def as_read(mrkdwn: str) -> str:
    """What Slack shows of a message: marks as pictures, entities as characters, no stars around bold words."""
    for mark, picture in MARKS.items():
        mrkdwn = mrkdwn.replace(mark, picture)
    head, _, body = mrkdwn.partition("\n")
    return html.unescape(f"{head.replace('*', '')}\n{body}".replace("\u2060", ""))
