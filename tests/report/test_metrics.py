"""obs.metrics_text: OpenMetrics that its own parser takes, with the numbers of the last runs, and never too much."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from support.db import Db
from support.install import ROOT
from support.pipeline import line, log_lines, start

LIMIT = 10_000

Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]


def read(text: str) -> Samples:
    """Samples by name and labels; the parser raises for anything that OpenMetrics forbids."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.unit == "" or family.name.endswith(f"_{family.unit}")
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in found.setdefault(sample.name, {}), "one series, one sample"
            found[sample.name][labels] = sample.value
    return found


def metrics(db: Db) -> Samples:
    return read(db.call("metrics_text"))


def of(samples: Samples, name: str, **labels: str) -> Any:
    """The one sample of the name that has these labels."""
    (value,) = [value for own, value in samples[name].items() if labels.items() <= dict(own).items()]
    return value


@pytest.fixture
def night(db: Db, tenants: tuple[str, str]) -> Db:
    start(db, "old", started_at="2026-03-01 01:00Z")
    db.call("finish_run", run_id="old", status="error", ended_at="2026-03-01 02:00Z")
    start(db, "r1", started_at="2026-03-02 01:00Z")
    lines = [line("r1", duration_ms=ms) for ms in (100, 200, 300, 4000)]
    lines += [line("r1", "error", duration_ms=500)]
    call = {"stage": "crawl", "vendor": "lusha"}
    lines += [line("r1", "vendor_call", **call, status="success", cost_usd=0.1, duration_ms=5)] * 1
    lines += [line("r1", "vendor_call", **call, status="error", error_code="HTTP_429")]
    log_lines(db, lines)
    db.call("finish_stage", run_id="r1", stage="crawl")
    db.call("finish_run", run_id="r1", status="partial", ended_at="2026-03-02 01:30Z")
    start(db, "theirs", tenant_id="b", kind="adhoc", started_at="2026-03-02 05:00Z")
    return db


def test_the_last_run_of_each_tenant_and_kind(night: Db) -> None:
    night.set_now("2026-03-02 05:10Z")
    found = metrics(night)
    a = {"tenant": "a", "kind": "nightly"}
    assert found["obs_run_status"] == {
        (("kind", "nightly"), ("status", "partial"), ("tenant", "a")): 1,
        (("kind", "adhoc"), ("status", "running"), ("tenant", "b")): 1,
    }
    assert of(found, "obs_run_started_timestamp_seconds", **a) == 1772413200
    assert of(found, "obs_run_ended_timestamp_seconds") == 1772415000
    assert of(found, "obs_run_duration_seconds", **a) == 1800
    assert of(found, "obs_run_duration_seconds", tenant="b") == 600
    assert of(found, "obs_run_items", **a, status="success") == 4
    assert of(found, "obs_stage_items", **a, stage="crawl", status="error") == 1
    assert of(found, "obs_stage_item_duration_seconds", **a, quantile="0.95") == 4
    assert of(found, "obs_stage_item_duration_seconds", **a, quantile="0.5") == 0.3
    assert of(found, "obs_stage_item_duration_seconds_count", **a) == 5
    assert of(found, "obs_vendor_calls", **a, vendor="lusha") == 2
    assert of(found, "obs_vendor_errors", vendor="lusha") == 1
    assert of(found, "obs_vendor_rate_limit_hits", vendor="lusha") == 1
    assert of(found, "obs_vendor_cost_usd", vendor="lusha") == 0.1
    assert of(found, "obs_run_cost_usd", **a) == 0.1
    assert of(found, "obs_run_complete", **a) == 1
    assert len(found["obs_run_complete"]) == 1, "of a run without a stage nothing is known to be complete"
    assert found["obs_runs_total"] == {
        (("status", "error"), ("tenant", "a")): 1, (("status", "partial"), ("tenant", "a")): 1,
    }  # fmt: skip
    assert set(found["obs_runs_left_out"].values()) == {0}


def test_a_reader_sees_its_tenants_and_ops_the_jobs_too(night: Db) -> None:
    night.call("tick")
    mine, all_of_it = (metrics(night.login(name)) for name in ("test_reader_a", "test_ops"))
    tenants = {dict(labels).get("tenant") for series in mine.values() for labels in series}
    assert tenants == {"a", None}
    assert not [name for name in mine if name.startswith("obs_job_")]
    assert of(all_of_it, "obs_job_overdue", job="tick") == 0
    assert of(all_of_it, "obs_job_overdue", job="maintain") == 1
    assert of(all_of_it, "obs_job_runs_total", job="tick") == 1
    assert list(all_of_it["obs_job_last_success_timestamp_seconds"]) == [(("job", "tick"),)]


def test_nothing_logged_is_an_empty_and_sound_text(db: Db) -> None:
    found = metrics(db)
    assert "obs_run_status" not in found
    assert set(found["obs_runs_left_out"].values()) == {0}


def test_alerts_and_the_drills_that_are_none(night: Db) -> None:
    for subject, severity, drill in (
        ("x", "page", False),
        ("y", "page", False),
        ("z", "ticket", False),
        ("d", "page", True),
    ):
        night.execute(
            """insert into obs.alerts
                (tenant_id, alert_code, subject, severity, is_simulation, rule_version, breached_at, fired_at)
            values ('b', 'CR-02', %s, %s, %s, 1, now(), now())""",
            (subject, severity, drill),
        )
    found = metrics(night)
    assert of(found, "obs_alerts_active", tenant="b", severity="page") == 2
    assert of(found, "obs_alerts_active", tenant="b", severity="ticket") == 1


HOSTILE = [
    'quo"te',
    "back\\slash",
    "line\nfeed",
    "\\n",
    '\\"',
    'a="b",c',
    "}",
    "{",
    "#",
    " # EOF",
    "ünï",
    "\t",
    "\r",
    "\u2028",
    "\\",
]


def test_labels_come_back_whatever_they_hold(db: Db, tenants: tuple[str, str]) -> None:
    start(db, "r1")
    for number, text in enumerate(HOSTILE):
        db.execute(
            "insert into obs.run_stage_stats (tenant_id, run_id, stage, count_total, count_success)"
            " values ('a', 'r1', %s, %s, %s)",
            (text, number, number),
        )
    found = metrics(db)["obs_stage_items"]
    assert {
        dict(labels)["stage"]: int(value) for labels, value in found.items() if dict(labels)["status"] == "success"
    } == {text: number for number, text in enumerate(HOSTILE)}


FILL = """
insert into obs.enrichment_runs (tenant_id, run_id, kind, started_at, ended_at, status, run_day)
select 't' || t, 'r' || k, 'kind' || k, %(at)s::timestamptz + t * interval '1 s',
    %(at)s::timestamptz + interval '1 day', 'success', '2026-03-02'
from generate_series(1, %(tenants)s) t, generate_series(1, %(kinds)s) k;
insert into obs.run_stage_stats (tenant_id, run_id, stage, count_total, count_success, p50_ms, p95_ms, p99_ms)
select r.tenant_id, r.run_id, 'stage' || s, s, s, 1, 2, 3
from obs.enrichment_runs r, generate_series(1, %(stages)s) s;
insert into obs.run_vendor_usage (tenant_id, run_id, vendor, calls)
select r.tenant_id, r.run_id, 'vendor' || v, v from obs.enrichment_runs r, generate_series(1, %(stages)s) v;
"""


def series(samples: Samples) -> int:
    return sum(len(one) for one in samples.values())


@pytest.mark.parametrize(
    ("tenants", "kinds", "stages"), [(300, 2, 20), (1500, 1, 3), (3, 300, 2), (2, 1, 3000)], ids=str
)
def test_never_more_than_ten_thousand_series(db: Db, tenants: int, kinds: int, stages: int) -> None:
    db.execute("set session_replication_role = replica")
    for statement in FILL.split(";\n")[:3]:
        db.execute(statement, {"tenants": tenants, "kinds": kinds, "stages": stages, "at": "2026-03-02 01:00Z"})
    db.execute("insert into obs.alerts (tenant_id, alert_code, subject, severity, rule_version, breached_at, fired_at)"
               " select 't' || t, 'X-1', s, s, 1, now(), now() from generate_series(1, %s) t,"
               " unnest(array['page', 'warning', 'ticket']) s", (tenants,))  # fmt: skip
    found = metrics(db)
    assert series(found) <= LIMIT
    runs, shown = tenants * kinds, len(found["obs_run_status"])
    assert of(found, "obs_runs_left_out", part="all") == runs - shown
    in_detail = {(dict(own)["tenant"], dict(own)["kind"]) for own in found.get("obs_stage_cost_usd", {})}
    assert of(found, "obs_runs_left_out", part="detail") == shown - len(in_detail)
    # What fits is shown: the room that is left is less than what one more run would take.
    assert shown == runs or series(found) > LIMIT - 600
    # The newest first.
    newest = {("t" + str(tenants), "kind" + str(kind)) for kind in range(1, min(kinds, 10) + 1)}
    assert newest & {(dict(own)["tenant"], dict(own)["kind"]) for own in found["obs_run_status"]}
    # Of a run with endless stages the biggest.
    of_one = [dict(own)["stage"] for own in found.get("obs_stage_cost_usd", {}) if dict(own)["tenant"] == f"t{tenants}"]
    if stages == 3000:
        assert set(of_one) == {f"stage{number}" for number in range(2901, 3001)}


def test_a_tenant_without_a_run_has_its_alerts_shown(night: Db) -> None:
    night.call("create_tenant", tenant_id="silent")
    start(night, "drill", "silent")
    night.execute("update obs.enrichment_runs set is_simulation = true where run_id = 'drill'")
    firing(night, "silent", "page", "ticket")
    found = metrics(night)
    assert of(found, "obs_alerts_active", tenant="silent", severity="page") == 1
    assert of(found, "obs_alerts_active", tenant="silent", severity="ticket") == 1


def firing(db: Db, tenant: str, *severities: str) -> None:
    db.execute(
        """insert into obs.alerts (tenant_id, alert_code, subject, severity, rule_version, breached_at, fired_at)
        select %s, 'X-1', s, s, 1, now(), now() from unnest(%s::text[]) s""",
        (tenant, list(severities)),
    )


def test_no_limit_is_exceeded_whatever_there_is(db: Db) -> None:
    """Jobs, tenants with runs and alerts, tenants with alerts alone, and what obs says of itself."""
    db.call("tick")
    db.execute("set session_replication_role = replica")
    for statement in FILL.split(";\n")[:3]:
        db.execute(statement, {"tenants": 12, "kinds": 2, "stages": 3, "at": "2026-03-02 01:00Z"})
    for tenant in ["", *(f"t{n}" for n in range(1, 6)), *(f"alone {n}" for n in range(60))]:
        firing(db, tenant, "page", "warning", "ticket")
    counts = [db.one("select count(*) from obs._metric_samples(%s)", (limit,)) for limit in range(15, 900)]
    assert [limit for limit, count in enumerate(counts, 15) if count > limit] == []
    whole = db.rows("select * from obs._metric_samples()")
    assert 600 < max(counts) < len(whole)
    few = db.rows("select labels from obs._metric_samples(60) where family = 'obs_alerts_active'")
    alone = [labels for (labels,) in few if "alone" in labels]
    assert alone
    assert all("page" in labels for labels in alone), "pages first"


def older_format(text: str) -> str:
    """The text as Prometheus's older format has it, which promtool reads: counters are declared with their suffix."""
    return re.sub(r"^# (TYPE|HELP) (obs_(?:job_)?runs) ", r"# \1 \2_total ", text, flags=re.M).replace("# EOF\n", "")


def test_promtool_finds_nothing_to_complain_of(night: Db) -> None:
    if not (promtool := shutil.which("promtool")):
        pytest.skip("promtool is not installed")
    night.call("tick")
    text = older_format(night.login("test_ops").call("metrics_text"))
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_page_lists_the_metrics_there_are(db: Db) -> None:
    page = (ROOT / "docs" / "prometheus.md").read_text()
    listed = re.findall(r"^\| `(obs_\w+)` \|", page, re.M)
    assert listed == [
        row.family + ("_total" if row.type == "counter" else "")
        for row in db.rows("select family, type from obs._metric_families() order by place")
    ]
