"""The example pipeline: how little of it is obs, and that obs counts what the pipeline itself counted."""

from __future__ import annotations

import functools
import tokenize
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import obs_client as obs
from obs_client.demo.example import scheduler
from support.db import Db

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/enrichment"
INSTRUMENTED = (
    "scripts/run_nightly.py",
    "scripts/run_scheduler.py",
    "src/enrichment.py",
    "src/lead_scoring.py",
    "app/main.py",
)
HANDLES = {"obs", "obs_client", "run", "stage", "item", "call"}


def lines_with_a_handle(file: Path) -> int:
    with tokenize.open(file) as source:
        tokens = tokenize.generate_tokens(source.readline)
        return len({token.start[0] for token in tokens if token.type == tokenize.NAME and token.string in HANDLES})


@pytest.mark.parametrize("file", INSTRUMENTED)
def test_at_most_ten_lines_of_a_file_are_about_obs(file: str) -> None:
    assert 0 < lines_with_a_handle(EXAMPLE / file) <= 10


def test_no_other_file_of_the_pipeline_knows_obs() -> None:
    others = [path for path in EXAMPLE.rglob("*.py") if str(path.relative_to(EXAMPLE)) not in INSTRUMENTED]
    assert not [path.name for path in others if "obs" in path.read_text().replace("observed", "")]


class Counted:
    """What a bystander sees of the pipeline's vendor calls."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.errors: Counter[tuple[str, str]] = Counter()
        self.dollars: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.tokens_input: Counter[str] = Counter()

    def watch(self, ask: Any) -> Any:
        @functools.wraps(ask)
        def watched(vendor: Any, *args: Any, **kwargs: Any) -> Any:
            self.calls[vendor.name] += 1
            try:
                answer = ask(vendor, *args, **kwargs)
            except Exception as failure:
                self.errors[vendor.name, failure.code] += 1  # type: ignore[attr-defined]
                raise
            self.dollars[vendor.name] += Decimal(str(answer.get("cost_usd", 0)))
            self.tokens_input[vendor.name] += answer.get("usage", {}).get("prompt_tokens", 0)
            return answer

        return watched


@pytest.fixture
def night(db: Db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SimpleNamespace]]:
    """Runs a small night of the example: night(2, "alba") → its report, its obs run and a bystander's counts."""
    example = scheduler()
    from src.clients import Vendor

    db.call("set_price", vendor="tavily", unit="call", price_usd=0.008)
    for unit, dollars in (("input_token", 0.15), ("output_token", 0.60)):
        db.call("set_price", vendor="openai", unit=unit, price_usd=dollars, per_units=1_000_000)
    ask = Vendor.ask
    obs.configure(db.dsn_for("test_writer"), spool_dir=tmp_path)

    def run(number: int, tenant: str, companies: int = 70, cap: int = 40) -> SimpleNamespace:
        counted = Counted()
        monkeypatch.setattr(Vendor, "ask", counted.watch(ask))
        report = example.run_tenant(db.dsn, tenant, number, companies=companies, cap=cap)
        return SimpleNamespace(report=report, counted=counted, run_id=str(report.host_run), tenant=tenant)

    yield run
    obs.close()


NIGHTS = [(1, "alba"), (2, "alba"), (2, "brisk"), (3, "alba"), (3, "brisk")]


@pytest.mark.parametrize(("number", "tenant"), NIGHTS)
def test_obs_counts_what_the_pipeline_counts(db: Db, night: Callable[..., SimpleNamespace], number: int, tenant: str):
    ran = night(number, tenant)
    report, counted = ran.report, ran.counted
    overview = db.row("select * from obs.run_overview")
    assert (overview.tenant_id, overview.run_id, overview.status) == (tenant, ran.run_id, "success")
    assert (overview.candidates_pre, overview.candidates_post) == (report.considered, report.selected)
    lost = db.one("select sum(value) from obs.run_metrics where name = 'candidates_lost'")
    assert report.considered - lost == report.selected

    stages = {row.stage: row for row in db.rows("select * from obs.run_stage_stats")}
    assert stages["crawl"].count_total == report.selected
    assert (stages["score"].count_total, stages["score"].count_success) == (report.selected, report.scored)
    exported = stages["export_odoo"]
    assert (exported.count_success, exported.count_error) == (report.exported, report.refused)
    assert stages["tavily"].count_total == stages["crawl"].count_error

    vendors = {row.vendor: row for row in db.rows("select * from obs.run_vendor_usage")}
    assert {name: row.calls for name, row in vendors.items()} == counted.calls
    for name, row in vendors.items():
        assert row.rate_limit_hits == counted.errors[name, "HTTP_429"]
        assert row.quota_hits == counted.errors[name, "HTTP_402"]
        assert row.tokens_input == counted.tokens_input[name]
    for reporting in ("lusha", "zerobounce"):
        assert vendors[reporting].cost_usd_exact == counted.dollars[reporting]
    assert vendors["openai"].cost_usd_exact > 0
    assert overview.unpriced_calls == 0

    buckets = db.rows("select bucket, count(*) from public.lead_scores where run_id = %s group by 1", (ran.run_id,))
    found = {"High": overview.bucket_high, "Medium": overview.bucket_medium, "Low": overview.bucket_low}
    assert {name: n for name, n in found.items() if n} == dict(buckets)
    looked_at = """
        select count(*) as looked_at, count(*) filter (where email_status = 'valid') as valid
        from public.staging_contacts where email_status is not null"""
    assert (overview.emails_total, overview.emails_verified) == tuple(db.row(looked_at))


def test_the_nights_bring_the_trouble_they_are_meant_to_bring(db: Db, night: Callable[..., SimpleNamespace]) -> None:
    for number, tenant in ((3, "alba"), (2, "alba"), (2, "brisk"), (3, "brisk")):
        night(number, tenant)
    spent, burst, broken_sites, few = db.rows("select * from obs.run_overview order by started_at")
    usage = "select * from obs.run_vendor_usage where run_id = %s and vendor = %s"
    assert db.row(usage, (spent.run_id, "lusha")).quota_exhausted
    assert db.row(usage, (burst.run_id, "openai")).rate_limit_hits >= 3
    assert broken_sites.crawl_success_rate < 0.7 < burst.crawl_success_rate
    assert few.candidates_pre < 50
    cached = "select sum(cache_hits) from obs.run_stage_stats where run_id = %s"
    assert db.one(cached, (spent.run_id,)) == 0
    assert db.one(cached, (burst.run_id,)) > 0


def test_no_address_of_a_contact_leaves_the_pipelines_own_tables(
    db: Db, night: Callable[..., SimpleNamespace], tmp_path: Path
) -> None:
    night(1, "alba", companies=160, cap=100)
    obs.close()
    stored = db.one("select string_agg(e::text, ' ') from obs.run_event_logs e")
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    addresses = [row.email for row in db.rows("select email from public.staging_contacts")]
    assert len(addresses) > 20
    assert "cannot look at" in stored
    assert not [address for address in addresses if address in stored]
    assert not [address for address in addresses if address in written]
