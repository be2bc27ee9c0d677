"""HTTP servers on this machine that speak as Slack, PagerDuty and Jira do, and misbehave on demand."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> Any:
        return json.loads(self.raw) if self.raw else None


@dataclass
class Answer:
    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Receiver:
    """Keeps what it was asked; gives the answers of `script` first, then its own."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.script: deque[Answer] = deque()
        self.lock = threading.Lock()
        self.ends = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body in two packets would cost 40 ms an answer

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, self.rfile.read(length))
                with receiver.lock:
                    receiver.requests.append(request)
                    answer = receiver.script.popleft() if receiver.script else receiver.answer(request)
                if answer.delay:
                    receiver.ends.wait(answer.delay)
                try:
                    self.send_response(answer.status)
                    for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(answer.data)))
                    self.end_headers()
                    self.wfile.write(answer.data)
                except OSError:  # whoever asked is gone
                    self.close_connection = True

            do_GET = do_POST = do_PUT = _handle

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://localhost:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def answer(self, request: Request) -> Answer:
        return Answer()

    def close(self) -> None:
        self.ends.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while len(self.requests) < count:
            assert time.monotonic() < deadline, f"{len(self.requests)} of {count} requests came"
            time.sleep(0.005)

    @property
    def keys(self) -> list[str]:
        """The idempotency keys that came, in order."""
        return [request.headers["idempotency-key"] for request in self.requests]


class SlackServer(Receiver):
    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.token = "xoxb-good"

    def answer(self, request: Request) -> Answer:
        said = request.json
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(body={"ok": False, "error": "token_revoked"})
        if request.path == "/api/chat.update":
            if said["ts"] not in self.messages:
                return Answer(body={"ok": False, "error": "message_not_found"})
            self.messages[said["ts"]] |= said
            return Answer(body={"ok": True, "ts": said["ts"], "channel": said["channel"]})
        assert request.path == "/api/chat.postMessage", request.path
        ts = f"1700000000.{len(self.messages):06}"
        self.messages[ts] = said
        return Answer(body={"ok": True, "ts": ts, "channel": said["channel"]})


class PagerDutyServer(Receiver):
    def __init__(self) -> None:
        super().__init__()
        self.incidents: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        event = request.json
        if event["routing_key"] != "R0UT1NG" or not event["dedup_key"]:
            return Answer(400, {"status": "invalid event", "errors": ["routing_key is wrong"]})
        if event["event_action"] == "trigger":
            assert event["payload"]["severity"] in ("critical", "error", "warning", "info")
            assert len(event["payload"]["summary"]) <= 1024
        self.incidents[event["dedup_key"]] = event["event_action"]
        return Answer(202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]})


class JiraServer(Receiver):
    """`is_cloud` decides which search it has."""

    def __init__(self) -> None:
        super().__init__()
        self.issues: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.closed: set[str] = set()
        self.is_cloud = True

    def answer(self, request: Request) -> Answer:
        path = request.path.split("?")[0].removeprefix("/rest/api/2")
        if path in ("/search", "/search/jql"):
            if self.is_cloud != path.endswith("jql"):
                return Answer(410 if self.is_cloud else 404, {"errorMessages": ["gone"]})
            label = re.search(r'labels = "([^"]+)"', request.json["jql"])[1]  # type: ignore[index]
            found = [self._shown(key) for key, issue in self.issues.items() if label in issue["labels"]]
            return Answer(body={"issues": found[::-1][:1]})
        if path == "/issue":
            key = f"OPS-{len(self.issues) + 1}"
            self.issues[key] = request.json["fields"]
            return Answer(201, {"id": "1", "key": key})
        key = path.split("/")[2]
        if key not in self.issues:
            return Answer(404, {"errorMessages": ["Issue does not exist"]})
        if path.endswith("/comment"):
            kept = self.comments.setdefault(key, [])
            if request.method == "GET":
                return Answer(body={"comments": kept})
            kept.append(request.json)
            return Answer(201, {"id": str(len(kept))})
        return Answer(body=self._shown(key))

    def _shown(self, key: str) -> dict[str, Any]:
        category = "done" if key in self.closed else "new"
        fields = {"status": {"statusCategory": {"key": category}}, "description": self.issues[key]["description"]}
        return {"key": key, "fields": fields}
