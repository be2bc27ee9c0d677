"""The shipped files of dashboards/prometheus at work: scraped, judged, routed, told, and ended again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import trustme
import yaml
from prometheus_client.parser import text_string_to_metric_families

from support.binaries import server_user
from support.cluster import free_port
from support.db import Db
from support.install import ROOT
from support.outbox import wait_until
from support.pipeline import item, start
from support.programs import get, program, running, serving
from support.receivers import Receiver

SHIPPED = ROOT / "dashboards" / "prometheus"
DRIVER_SSL_MODES = ("disable", "require", "verify-ca", "verify-full")  # lib/pq's; no prefer, no allow
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def shipped(name: str) -> Any:
    return yaml.safe_load((SHIPPED / name).read_text())


def write(path: Path, content: Any) -> Path:
    path.write_text(yaml.safe_dump(content))
    return path


def end(db: Db, run: str, status: str) -> None:
    start(db, run)
    item(db, run, "crawl", duration_ms=1500)
    db.call("finish_stage", run_id=run, stage="crawl")
    db.call("finish_run", run_id=run, status=status)


@pytest.fixture
def night(db: Db, tenants: tuple[str, str]) -> Db:
    end(db, "bad", "error")
    db.call("tick")
    return db


@pytest.fixture
def hook() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def alertmanager(hook: Receiver, tmp_path: Path) -> Iterator[int]:
    """The shipped routes, to our receiver and without waiting for others to join."""
    content = shipped("alertmanager.yml")
    content["route"] |= {"group_wait": "0s", "group_interval": "1s"}
    for receiver in content["receivers"]:
        (webhook,) = receiver["webhook_configs"]
        webhook["url"] = webhook["url"].replace("http://localhost:9095", hook.url)
    config, port = write(tmp_path / "alertmanager.yml", content), free_port()
    command = [
        program("prometheus-alertmanager"), f"--config.file={config}", f"--storage.path={tmp_path}/alerts",
        "--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with running(command, f"http://127.0.0.1:{port}/-/ready", tmp_path / "alertmanager.log"):
        yield port


@pytest.fixture
def prometheus(night: Db, alertmanager: int, tmp_path: Path) -> Iterator[str]:
    """The shipped scrape and rules, each half second; what it scrapes is metrics_text as ops see it."""
    ops, lock = night.login("test_ops"), threading.Lock()

    def text() -> str:
        with lock:
            found: str = ops.call("metrics_text")
            return found

    content = shipped("prometheus.yml")
    content["global"] = {"scrape_interval": "500ms", "scrape_timeout": "500ms", "evaluation_interval": "500ms"}
    (scrape,) = content["scrape_configs"]
    (tmp_path / "token").write_text("secret")
    scrape["authorization"]["credentials_file"] = str(tmp_path / "token")
    content["alerting"]["alertmanagers"][0]["static_configs"] = [{"targets": [f"127.0.0.1:{alertmanager}"]}]
    shutil.copy(SHIPPED / "obs-rules.yml", tmp_path)
    with serving(text, OPENMETRICS) as scraped:
        scrape["static_configs"] = [{"targets": [f"127.0.0.1:{scraped}"]}]
        config, port = write(tmp_path / "prometheus.yml", content), free_port()
        command = [
            program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ]  # fmt: skip
        with running(command, f"http://127.0.0.1:{port}/-/ready", tmp_path / "prometheus.log"):
            yield f"http://127.0.0.1:{port}"


@pytest.fixture
def ssl(db: Db) -> Iterator[None]:
    """The server takes connections with TLS, too."""
    files = Path(db.one("show data_directory"))
    if not files.is_dir():
        pytest.skip("the server's files are not on this machine")
    try:
        db.execute("alter system set ssl = on")
    except psycopg.errors.InvalidParameterValue as error:
        pytest.skip(str(error))
    certificate = trustme.CA().issue_cert("localhost")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(files / "server.crt"))
    certificate.private_key_pem.write_to_path(str(files / "server.key"))
    for name in ("server.crt", "server.key"):
        (files / name).chmod(0o600)
        if user := server_user():
            os.chown(files / name, user.pw_uid, user.pw_gid)
    db.execute("select pg_reload_conf()")
    wait_until(lambda: db.one("show ssl") == "on", 5, "TLS")
    yield
    db.execute("alter system reset ssl")
    db.execute("select pg_reload_conf()")


def ask(url: str, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
    answer = get(f"{url}/api/v1/query", query=expression)
    assert answer is not None
    return {
        tuple(sorted((name, value) for name, value in one["metric"].items() if name not in ("instance", "job"))): float(
            one["value"][1]
        )
        for one in answer.json()["data"]["result"]
    }


def told(hook: Receiver, name: str) -> list[tuple[str, str, dict[str, str], str]]:
    """Path, status, labels and summary of all that was told of the alert."""
    with hook.lock:
        asked = list(hook.requests)
    return [
        (request.path, one["status"], one["labels"], one["annotations"]["summary"])
        for request in asked
        for one in request.json["alerts"]
        if one["labels"]["alertname"] == name
    ]


def test_from_the_database_to_the_pager_and_back(night: Db, prometheus: str, hook: Receiver) -> None:
    wait_until(lambda: told(hook, "ObsRunFailed"), 20, "the failed run")
    path, status, labels, summary = told(hook, "ObsRunFailed")[0]
    assert (path, status, labels["tenant"], labels["severity"]) == ("/page", "firing", "a", "page")
    assert summary == "The last nightly run of a ended as error"
    run = (("__name__", "obs_run_status"), ("kind", "nightly"), ("status", "error"), ("tenant", "a"))
    assert ask(prometheus, "obs_run_status") == {run: 1}
    jobs = get(f"{prometheus}/api/v1/query", query="obs_job_overdue")
    assert jobs is not None
    assert "tick" in {one["metric"].get("job") for one in jobs.json()["data"]["result"]}, "not exported_job"
    assert ask(prometheus, 'up{job="obs"}'), "up is still of the scrape"
    p95 = ask(prometheus, 'obs_stage_item_duration_seconds{quantile="0.95"}')
    assert list(p95.values()) == [1.5]
    assert ask(prometheus, "obs_runs_total").popitem()[1] == 1
    kept = get(f"{prometheus}/api/v1/metadata", metric="obs_stage_item_duration_seconds")
    assert kept is not None
    (said,) = kept.json()["data"]["obs_stage_item_duration_seconds"]
    assert (said["type"], said["unit"], said["help"][:9]) == ("summary", "seconds", "Durations")

    end(night, "good", "success")
    wait_until(lambda: told(hook, "ObsRunFailed")[-1][1] == "resolved", 20, "the end")


def test_the_rules_are_sound_and_do_what_they_say(tmp_path: Path) -> None:
    promtool = program("promtool")
    shutil.copy(SHIPPED / "obs-rules.yml", tmp_path)
    series = [
        ('up{job="obs"}', "1 1 1 1 1 1 0x20"),
        ('obs_job_overdue{job="tick"}', "0 0 1x20"),
        ('obs_run_started_timestamp_seconds{kind="nightly",tenant="late"}', "-93000x30"),
        ('obs_run_started_timestamp_seconds{kind="nightly",tenant="due"}', "-80000x30"),
        ('obs_run_status{kind="nightly",tenant="a",status="crashed"}', "1x30"),
        ('obs_run_status{kind="adhoc",tenant="a",status="error"}', "1x30"),
        ('obs_run_started_timestamp_seconds{kind="adhoc",tenant="a"}', "-604200x30"),
        ('obs_stage_items{kind="nightly",tenant="a",stage="crawl",status="error"}', "8x30"),
        ('obs_stage_items{kind="nightly",tenant="a",stage="crawl",status="success"}', "12x30"),
        ('obs_stage_items{kind="nightly",tenant="a",stage="few",status="error"}', "8x30"),
        ('obs_stage_items{kind="nightly",tenant="a",stage="few",status="success"}', "2x30"),
        ('obs_vendor_quota_exhausted{kind="nightly",tenant="a",vendor="lusha"}', "1x30"),
        ('obs_vendor_quota_exhausted{kind="nightly",tenant="a",vendor="openai"}', "0x30"),
    ]

    def firing(name: str, minutes: int, *alerts: dict[str, str]) -> dict[str, Any]:
        return {"eval_time": f"{minutes}m", "alertname": name, "exp_alerts": [{"exp_labels": one} for one in alerts]}

    nightly = {"kind": "nightly", "tenant": "a"}
    cases = [
        firing("ObsNotScraped", 9),
        firing("ObsNotScraped", 12, {"severity": "page", "job": "obs"}),
        firing("ObsJobOverdue", 6),
        firing("ObsJobOverdue", 8, {"severity": "page", "job": "tick"}),
        firing("ObsNightlyRunMissing", 9),
        firing("ObsNightlyRunMissing", 25, {"severity": "page", "kind": "nightly", "tenant": "late"}),
        firing("ObsRunFailed", 1, {"severity": "page", "status": "crashed", **nightly}),
        firing("ObsOtherRunFailed", 1, {"severity": "ticket", "status": "error", "kind": "adhoc", "tenant": "a"}),
        firing("ObsOtherRunFailed", 12),
        firing("ObsStageErrorsHigh", 1, {"severity": "warning", "stage": "crawl", **nightly}),
        firing("ObsVendorQuotaExhausted", 1, {"severity": "warning", "vendor": "lusha", **nightly}),
    ]
    for case in cases:  # annotations are compared too: they are taken from the file
        for alert in case["exp_alerts"]:
            alert["exp_annotations"] = {"summary": summary(case["alertname"], alert["exp_labels"])}
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series],
        "alert_rule_test": cases,
    }
    write(tmp_path / "test.yml", {"rule_files": ["obs-rules.yml"], "evaluation_interval": "1m", "tests": [test]})
    for verb in (["check", "rules", "obs-rules.yml"], ["test", "rules", "test.yml"]):
        done = subprocess.run([promtool, *verb], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def summary(name: str, labels: dict[str, str]) -> str:
    """The summary of the file with these labels; what is computed is written out here."""
    computed = {"ObsNightlyRunMissing": "1d 2h 15m 0s", "ObsStageErrorsHigh": "40%", "ObsNotScraped": "any target"}
    rules = [rule for group in shipped("obs-rules.yml")["groups"] for rule in group["rules"]]
    (template,) = [rule["annotations"]["summary"] for rule in rules if rule.get("alert") == name]
    text = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: labels[found[1]], template)
    return re.sub(r"\{\{.*?\}\}", computed.get(name, ""), text)


def test_the_shipped_files_pass_their_own_checks(tmp_path: Path) -> None:
    for name in ("prometheus.yml", "obs-rules.yml", "alertmanager.yml"):
        shutil.copy(SHIPPED / name, tmp_path)
    checks = [[program("amtool"), "check-config", "alertmanager.yml"]]
    content = shipped("prometheus.yml")
    content["scrape_configs"][0]["authorization"]["credentials_file"] = "alertmanager.yml"
    write(tmp_path / "prometheus.yml", content)
    checks.append([program("promtool"), "check", "config", "prometheus.yml"])
    for command in checks:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_sql_exporter_shows_the_same_numbers(night: Db, ssl: None, tmp_path: Path) -> None:
    exporter = program("prometheus-sql-exporter")
    night.execute(
        "insert into obs.alerts (tenant_id, alert_code, subject, severity, rule_version, breached_at, fired_at)"
        " values ('b', 'CR-02', 'x', 'page', 1, now(), now())"
    )
    info, content, port = night.conn.info, shipped("sql-exporter.yml"), free_port()
    (job,) = content["jobs"]
    job["interval"] = "1s"
    (address,) = (urlsplit(one) for one in job["connections"])
    assert parse_qs(address.query)["sslmode"][0] in DRIVER_SSL_MODES
    here = address._replace(netloc=f"test_ops@{info.host}:{info.port}", path=f"/{info.dbname}")
    job["connections"] = [here.geturl()]
    config = write(tmp_path / "sql-exporter.yml", content)
    page = f"http://127.0.0.1:{port}/metrics"
    names = {f"sql_{query['name']}" for query in job["queries"]}
    paged = ("severity", "page"), ("tenant", "b")
    command = [exporter, f"-config.file={config}", f"-web.listen-address=127.0.0.1:{port}"]

    def seen() -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
        answer = get(page)
        assert answer is not None
        common = ("col", "database", "driver", "host", "sql_job", "user")
        return {
            family.name: {
                tuple(sorted((k, v) for k, v in sample.labels.items() if k not in common)): sample.value
                for sample in family.samples
            }
            for family in text_string_to_metric_families(answer.text)
            if family.name in names
        }

    with running(command, page, tmp_path / "exporter.log"):
        wait_until(lambda: set(seen()) >= names, 20, "all queries of the exporter")
        found = seen()
        night.execute("update obs.alerts set state = 'resolved', resolved_at = now() where tenant_id = 'b'")
        wait_until(lambda: paged not in seen().get("sql_obs_alerts_active", {}), 20, "the end of what was resolved")
    ended = (("kind", "nightly"), ("tenant", "a"))
    assert found["sql_obs_run_status"] == {(("kind", "nightly"), ("status", "error"), ("tenant", "a")): 1}
    assert found["sql_obs_stage_p95_seconds"] == {(("kind", "nightly"), ("stage", "crawl"), ("tenant", "a")): 1.5}
    assert found["sql_obs_job_overdue"] == {(("job", "maintain"),): 1, (("job", "tick"),): 0}
    assert found["sql_obs_alerts_active"][paged] == 1
    started, ms = night.one("select (extract(epoch from started_at)::float, duration_ms) from obs.enrichment_runs")
    assert found["sql_obs_run_started_timestamp_seconds"][ended] == pytest.approx(float(started))
    assert found["sql_obs_run_duration_seconds"][ended] == pytest.approx(int(ms) / 1000)
