"""Four vendors behind one server, shaped like the real JSON APIs: Tavily, Lusha, ZeroBounce and OpenAI."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from world.companies import NAMES
from world.scenario import Scenario, draw
from world.server import Handler, Server, serve
from world.sites import page_text

CACHE_BLOCK = 64  # tokens; a repeated prompt prefix is cached in whole blocks, as OpenAI does with blocks of 128


class Vendors(Server):
    def __init__(self, scenario: Scenario) -> None:
        super().__init__(("127.0.0.1", 0), VendorHandler)
        self.scenario = scenario
        self.asked: Counter[tuple[str, str]] = Counter()
        self.lock = threading.Lock()
        self.busy = 0

    def count(self, vendor: str, key: str) -> int:
        """The how-manieth call of that vendor about that key this is, from 1."""
        with self.lock:
            self.asked[vendor, key] += 1
            return self.asked[vendor, key]

    @contextmanager
    def working(self) -> Iterator[bool]:
        """Whether OpenAI takes on one more request while it works."""
        with self.lock:
            self.busy += 1
            limit = self.scenario.openai_at_once
            taken = limit is None or self.busy <= limit
        try:
            yield taken
        finally:
            with self.lock:
                self.busy -= 1


class VendorHandler(Handler):
    server: Vendors

    def do_GET(self) -> None:
        address = parse_qs(urlsplit(self.path).query)["email"][0]
        time.sleep(0.02 + 0.04 * draw("zerobounce", address))
        self.zerobounce(address, self.server.count("zerobounce", address))

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        match self.path:
            case "/tavily/search":
                self.tavily(request["query"])
            case "/lusha/v2/company":
                self.lusha(request["domain"], request["company_id"])
            case "/openai/v1/chat/completions":
                with self.server.working() as taken:
                    self.openai(request) if taken else self.busy()

    def tavily(self, query: str) -> None:
        """Search; does not say what it costs."""
        time.sleep(0.08 + 0.1 * draw("tavily", query))
        if draw("tavily down", query, self.server.scenario.night) < 0.08:
            return self.answer(500, {"detail": "search backend unavailable"})
        found = draw("tavily finds", query) < 0.85
        text = page_text(f"{query.lower().replace(' ', '-')}.example", self.server.scenario.night)
        return self.answer(200, {"results": [{"url": "https://news.example/", "content": text}] if found else []})

    def lusha(self, domain: str, company_id: int) -> None:
        """Contacts of a company; charges a credit for each company found and answers 402 when none are left."""
        time.sleep(0.04 + 0.08 * draw("lusha", domain))
        credits = self.server.scenario.lusha_credits
        if credits is not None and self.server.count("lusha", "all") > credits:
            return self.answer(402, {"message": "no credits left on this plan"})
        if draw("lusha busy", domain, self.server.scenario.night) < 0.03 and self.server.count("lusha", domain) == 1:
            time.sleep(1.0)  # beyond the caller's patience, once
        if draw("lusha knows", domain) < 0.2:
            return self.answer(200, {"contacts": [], "cost_usd": 0})
        number = int(draw("lusha person", domain) * len(NAMES))
        people = [NAMES[number], NAMES[(number + 3) % len(NAMES)]][: 1 + (draw("lusha two", domain) < 0.5)]
        private = draw("lusha private", domain) < 0.1
        contacts = [
            {
                "fullName": name,
                "email": f"{name.lower().replace(' ', '.')}@{domain}"
                if not private
                else f"{name.lower().replace(' ', '.')}{company_id}@webmail.example",
                "phone": f"+49 30 555 {company_id % 10_000:04d}",
            }
            for name in people
        ]
        return self.answer(200, {"contacts": contacts, "cost_usd": 0.09})

    def zerobounce(self, address: str, time_asked: int) -> None:
        """Is the mailbox there? Charges for every verdict."""
        mood = draw("zerobounce mood", address, self.server.scenario.night)
        if mood < 0.02 and time_asked == 1:
            return self.answer(503, {"error": "try again"}, Retry_After="0.1")
        if mood > 0.985:
            return self.answer(400, {"error": f"cannot look at {address}: mail server blocks us"})
        verdict = draw("mailbox", address)
        status = "valid" if verdict < 0.55 else "invalid" if verdict < 0.8 else "unknown"
        return self.answer(
            200,
            {"address": address, "status": status, "free_email": "webmail" in address, "cost_usd": 0.0075},
        )

    def busy(self) -> None:
        """More requests at once than the account allows."""
        self.answer(429, {"error": {"code": "rate_limit_exceeded"}}, Retry_After="0.1")

    def openai(self, request: dict[str, Any]) -> None:
        """A chat completion that judges the company in the last message."""
        system, question = (message["content"] for message in request["messages"])
        night = self.server.scenario.night
        subject = json.loads(question)
        key = str(subject["company_id"])
        time_asked = self.server.count("openai", key)
        if draw("burst", key, night) < self.server.scenario.openai_burst:
            refusals = 3 if draw("stubborn", key, night) < 0.12 else 1
            if time_asked <= refusals:
                return self.answer(429, {"error": {"code": "rate_limit_exceeded"}}, Retry_After="0.25")
        time.sleep(0.05 + 0.11 * draw("thinking", key))
        fit = int(100 * (0.55 * min(1.0, subject["employees"] / 900) + 0.45 * draw("fit", key)))
        rationale = f"{subject['name']} works in {subject['industry']} with about {subject['employees']} people."
        content = json.dumps({"fit": fit, "rationale": rationale})
        if draw("rambles", key, night, time_asked) < 0.03:
            content = "As a scoring assistant I would say"
        prompt_tokens, prefix = (len(system) + len(question)) // 4, len(system) // 4 // CACHE_BLOCK * CACHE_BLOCK
        seen_before = self.server.count("openai prefix", system) > 1
        usage = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": len(content) // 4,
            "prompt_tokens_details": {"cached_tokens": prefix if seen_before else 0},
        }
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        return self.answer(200, {"model": request["model"], "choices": [choice], "usage": usage})


@contextmanager
def vendors(scenario: Scenario) -> Iterator[str]:
    """Opens the vendors for a night; yields the base URL under which each has its folder."""
    with serve(Vendors(scenario)) as (host, port):
        yield f"http://{host}:{port}"
