"""Finds out about companies: their site, a search where the site fails, contacts, and whether those can be reached."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import obs_client as obs
from src.clients import Crawler, HttpError, NothingFound, Page, StepFailed, Vendor, in_parallel, retrying
from src.store import Lead, Mailbox, Store

Progress = Callable[[str, int], Callable[[], object]]  # (step, size) -> what to call after each company
Notes = dict[str, Any]  # what a step has to say about one company
Ask = Callable[..., dict[str, Any]]  # asks a vendor about the company at hand


@dataclass
class Enrichment:
    """One night's enrichment of one tenant."""

    store: Store
    crawler: Crawler
    vendors: dict[str, Vendor]
    progress: Progress
    run: obs.Run
    lusha_spent: bool = False

    def enrich(self, leads: list[Lead], lookups: int) -> None:
        """Takes the leads through the four steps; `lookups` is what the daily cap leaves for Lusha."""
        pages = self.each("crawl", leads, self.crawl, workers=16)
        unread = [lead for lead, page in zip(leads, pages, strict=True) if isinstance(page, StepFailed)]
        self.each("tavily", unread, self.search, workers=8)
        self.store.save_pages(leads)

        self.store.load_contacts(leads)
        nobody = [lead for lead in leads if not lead.contacts][:lookups]
        found = self.each("lusha", nobody, self.find_contacts, workers=8)
        self.store.save_contacts([row for rows in found if isinstance(rows, list) for row in rows])
        self.store.use_cap("lusha", sum(rows is not None for rows in found))

        self.store.load_contacts(leads)
        mailboxes = [Mailbox(lead, address) for lead in leads for address in lead.contacts[:2]]
        self.each("zerobounce", mailboxes, self.verify, workers=8)
        self.store.save_verdicts(mailboxes)

    def each(self, step: str, things: Sequence[Any], work: Callable[[Any, Ask, Notes], Any], workers: int) -> list[Any]:
        """Does one step's work for each of the things."""

        def one(thing: Any) -> Any:
            with stage.item(thing.company_id) as item:
                return work(thing, partial(self.ask, item), item.extra)

        with self.run.stage(step, planned=len(things)) as stage:
            return in_parallel(one, things, workers, self.progress(step, len(things)), lambda: self.out_of_credit(step))

    def ask(self, item: obs.Item, vendor: Vendor, path: str, **request: Any) -> dict[str, Any]:
        """One vendor's answer about one company, asked for up to three times."""

        def once() -> dict[str, Any]:
            with item.vendor_call(vendor.name) as call:
                answer = vendor.ask(path, **request)
                call.cost_usd = answer.get("cost_usd")
                return answer

        return retrying(once, lambda failure: item.retry(failure.code))

    def out_of_credit(self, step: str) -> bool:
        """Lusha is left alone once it has answered 402, tonight or to an earlier run of the same night."""
        return step == "lusha" and (self.lusha_spent or self.run.advice("lusha").skip)

    def crawl(self, lead: Lead, _: Ask, notes: Notes) -> Page:
        """Reads the company's home page, unless it is the one already known."""
        page = self.crawler.fetch(lead.scheme, lead.domain, lead.etag, notes)
        notes["cache_hit"] = page.about is None
        if page.about is not None:
            lead.about, lead.content_hash, lead.etag = page.about, page.content_hash, page.etag
        notes["content_hash"] = lead.content_hash
        return page

    def search(self, lead: Lead, ask: Ask, notes: Notes) -> None:
        """Looks for a text about a company whose site could not be read."""
        results = ask(self.vendors["tavily"], "/search", query=lead.name)["results"]
        if not results:
            raise NothingFound("no search result is about the company")
        lead.about, lead.etag = results[0]["content"], None
        lead.content_hash = notes["content_hash"] = hashlib.sha256(results[0]["content"].encode()).hexdigest()

    def find_contacts(self, lead: Lead, ask: Ask, notes: Notes) -> list[tuple[int, str, str]]:
        """Asks Lusha for people at a company nobody is known at."""
        try:
            answer = ask(self.vendors["lusha"], "/v2/company", domain=lead.domain, company_id=lead.company_id)
        except HttpError as failure:
            self.lusha_spent |= failure.status == 402
            raise
        notes["contacts"] = len(answer["contacts"])
        return [(lead.company_id, contact["email"], contact["fullName"]) for contact in answer["contacts"]]

    def verify(self, mailbox: Mailbox, ask: Ask, notes: Notes) -> None:
        """Asks ZeroBounce whether mail to the address would arrive."""
        notes["email_status"] = "unknown"
        answer = ask(self.vendors["zerobounce"], "/v2/validate", params={"email": mailbox.address})
        mailbox.status = notes["email_status"] = answer["status"]
        notes["webmail"] = answer["free_email"]
        mailbox.lead.reachable += answer["status"] == "valid" and not answer["free_email"]
