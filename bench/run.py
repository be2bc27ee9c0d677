"""All measurements one after the other, written to bench/results.md with the machine they ran on."""

from __future__ import annotations

import time
from pathlib import Path

import backtest
import client_call
import dashboards
import delivery
import evaluation
import finish
import ingest
import outage
import qa_draw
import redaction
import retention
import single_call
import story
import web
import whole_client
import writers
from ground import machine

HEAD = """# Results

Ratios are of two sides measured in turn in one run on one machine; absolute figures are that machine's. `make bench`
writes this page anew. What each line measures stands in the head of its script in `bench/`.

| what | obs | beside it | ratio | target |
|---|---|---|---|---|
"""


def main() -> None:
    lines = []
    for part in (
        client_call, ingest, whole_client, single_call, writers, finish, outage, evaluation, delivery, backtest,
        redaction, retention, dashboards, web, qa_draw, story,
    ):  # fmt: skip
        for line in part.main():
            print(line, flush=True)
            lines.append(f"| {line} |")
    page = (
        HEAD
        + "\n".join(lines)
        + f"\n\nMeasured {time.strftime('%Y-%m-%d', time.gmtime())} on {machine()}, otherwise idle.\n"
    )
    (Path(__file__).parent / "results.md").write_text(page)


if __name__ == "__main__":
    main()
