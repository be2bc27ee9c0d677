"""Labelled texts of others, where they are at hand: what must vanish vanishes, what is harmless stays."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from obs_client import redact
from support.db import Db

DATA = Path(__file__).parents[3] / "shared" / "data"
KINDS = {"EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN"}
ADDRESSES = {"ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321"}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no labelled texts in {DATA}")


def lines(name: str) -> list[Any]:
    path = DATA / name
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def corpus_db(db: Db) -> Db:
    db.call("create_tenant", tenant_id="a")
    return db


def redacted(db: Db, texts: list[str]) -> list[str]:
    query = "select obs._redact_text('a', t) from unnest(%s::text[]) with ordinality u (t, o) order by o"
    found = [text for (text,) in db.rows(query, (texts,))]
    for text, result in zip(texts, found, strict=True):
        assert (result == text) == (redact.redact_text(text) == text), text
    return found


def test_spans_vanish_and_other_texts_stay(corpus_db: Db) -> None:
    items = lines("pii/presidio_labelled.jsonl")
    spans = missed = harmless = changed = 0
    for item, found in zip(items, redacted(corpus_db, [item["full_text"] for item in items]), strict=True):
        wanted = [span["value"] for span in item["spans"] if span["type"] in KINDS]
        spans += len(wanted)
        missed += sum(value in found for value in wanted)
        harmless += not wanted
        changed += not wanted and found != item["full_text"]
    print(f"{missed} of {spans} spans missed, {changed} of {harmless} harmless texts changed")
    assert missed <= 0.01 * spans
    assert changed <= 0.01 * harmless


def test_valid_addresses_vanish(corpus_db: Db) -> None:
    cases = [case for case in lines("pii/isemail_cases.jsonl") if case["category"] in ADDRESSES]
    found = redacted(corpus_db, [case["address"] for case in cases])
    assert [case["address"] for case, text in zip(cases, found, strict=True) if case["address"] in text] == []


def test_secrets_are_caught(corpus_db: Db) -> None:
    cases = lines("pii/secret_fixtures.jsonl.gz")
    flags: dict[bool, list[bool]] = defaultdict(list)
    for case, found in zip(cases, redacted(corpus_db, [case["text"] for case in cases]), strict=True):
        flags[case["should_flag"]].append(found != case["text"])
    print(f"{sum(flags[True])} of {len(flags[True])} caught, {sum(flags[False])} of {len(flags[False])} others flagged")
    assert sum(flags[True]) >= 0.95 * len(flags[True])
    assert sum(flags[False]) <= 0.1 * len(flags[False])


@pytest.mark.parametrize("allowed", [False, True])
def test_events_lose_what_must_go(corpus_db: Db, allowed: bool) -> None:
    if allowed:
        corpus_db.call("allow_extra_key", key="note")
    planted = defaultdict(list)
    for entry in lines("events/pii_manifest.jsonl.gz"):
        planted[entry["file"], entry["line"]].append(entry)
    left, benign, kept = [], 0, 0
    for path in sorted((DATA / "events").glob("*night*.jsonl.gz")):
        for number, event in enumerate(lines(f"events/{path.name}"), start=1):
            if not (entries := planted.get((path.name, number))):
                continue
            message, extra = corpus_db.row(
                "select obs._redact_text('a', %s), obs._redact_extra('a', %s)",
                (event.get("error_msg"), Jsonb(event.get("extra"))),
            )
            text = json.dumps([message, extra]) + json.dumps([message, extra], ensure_ascii=False)
            left += [entry["raw"] for entry in entries if entry["must_redact"] and entry["raw"] in text]
            if any(entry["kind"] == "BENIGN" for entry in entries):
                benign += 1
                kept += extra["note"] == event["extra"]["note"]
    assert left == []
    if allowed:
        assert kept >= 0.95 * benign
