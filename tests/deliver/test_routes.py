"""Where an alert goes: by severity, tenant, code and time; the default takes the rest."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from support.db import Db
from support.install import install
from support.outbox import put_alert
from support.pipeline import refused

NIGHT = "2026-11-18 02:00+00"  # a Wednesday


def routes(db: Db, severity: str = "page", tenant_id: str = "a", code: str = "CR-02", at: str = NIGHT) -> list[str]:
    query = "select route_name || '>' || channel from obs._routes_for(%s, %s, %s, %s) order by 1"
    return [name for (name,) in db.rows(query, (tenant_id, code, severity, at))]


@pytest.fixture
def bare(db: Db) -> Db:
    """Only the default is left."""
    for name in ("page", "warn", "ticket"):
        assert db.call("drop_route", route_name=name) is True
    return db


def set_route(db: Db, **more: Any) -> None:
    db.call("set_route", **{"route_name": "r", "channel": "slack", **more})


def test_what_obs_installs(db: Db) -> None:
    assert routes(db, "page") == ["page>pager", "warn>slack"]
    assert routes(db, "warning") == ["warn>slack"]
    assert routes(db, "ticket") == ["ticket>jira"]


def test_installing_again_leaves_routes_alone(db: Db) -> None:
    db.call("drop_route", route_name="page")
    install(db.dsn)
    assert routes(db, "page") == ["warn>slack"]


def test_the_default_takes_what_nothing_else_took(bare: Db) -> None:
    assert routes(bare) == ["default>mail"]
    set_route(bare, severities=["ticket"])
    assert routes(bare) == ["default>mail"]
    assert routes(bare, "ticket") == ["r>slack"]


def test_a_tenants_route_takes_that_tenants_alerts_alone(bare: Db, tenants: tuple[str, str]) -> None:
    set_route(bare, tenant_id="a")
    assert routes(bare, tenant_id="a") == ["r>slack"]
    assert routes(bare, tenant_id="b") == ["default>mail"]
    assert routes(bare, tenant_id="") == ["default>mail"]


def test_one_channel_is_told_once(bare: Db, tenants: tuple[str, str]) -> None:
    set_route(bare, route_name="all")
    set_route(bare, route_name="own", tenant_id="a")
    assert routes(bare, tenant_id="a") == ["own>slack"]
    assert routes(bare, tenant_id="b") == ["all>slack"]


def test_codes_choose(bare: Db) -> None:
    bare.execute(
        """insert into obs.alert_rules (alert_code, title, scope, comparison, severity, runbook_code)
        values ('ZZ-99', 'x', 'run', '>', 'page', 'ZZ-99')"""
    )
    set_route(bare, alert_codes=["ZZ-99"])
    assert routes(bare, code="ZZ-99") == ["r>slack"]
    assert routes(bare, code="CR-02") == ["default>mail"]


@pytest.mark.parametrize(
    ("window", "at", "taken"),
    [
        ({"from_time": "08:00", "to_time": "18:00"}, "2026-11-18 08:00+00", True),
        ({"from_time": "08:00", "to_time": "18:00"}, "2026-11-18 07:59:59+00", False),
        ({"from_time": "08:00", "to_time": "18:00"}, "2026-11-18 18:00+00", False),
        ({"from_time": "22:00", "to_time": "06:00"}, "2026-11-18 23:00+00", True),
        ({"from_time": "22:00", "to_time": "06:00"}, "2026-11-19 05:59+00", True),
        ({"from_time": "22:00", "to_time": "06:00"}, "2026-11-19 06:00+00", False),
        # Wednesday night runs into Thursday morning.
        ({"from_time": "22:00", "to_time": "06:00", "days": [3]}, "2026-11-19 05:00+00", True),
        ({"from_time": "22:00", "to_time": "06:00", "days": [3]}, "2026-11-18 05:00+00", False),
        ({"from_time": "22:00", "to_time": "06:00", "days": [7]}, "2026-11-23 05:00+00", True),
        ({"days": [6, 7]}, "2026-11-21 12:00+00", True),
        ({"days": [6, 7]}, "2026-11-20 12:00+00", False),
        ({"from_time": "08:00", "to_time": "08:00", "days": [3]}, "2026-11-18 03:00+00", True),
        ({"from_time": "08:00", "to_time": "18:00", "time_zone": "Asia/Tokyo"}, "2026-11-18 00:00+00", True),
        ({"from_time": "08:00", "to_time": "18:00", "time_zone": "Asia/Tokyo"}, "2026-11-18 12:00+00", False),
        # The hour that summer time leaves out, and the day it begins on.
        ({"from_time": "02:00", "to_time": "03:00", "time_zone": "Europe/Paris"}, "2026-03-29 01:30+00", False),
        ({"days": [1], "time_zone": "Asia/Tokyo"}, "2026-11-22 16:00+00", True),
    ],
    ids=str,
)
def test_hours_and_days(bare: Db, window: dict[str, Any], at: str, taken: bool) -> None:
    set_route(bare, **window)
    assert routes(bare, at=at) == (["r>slack"] if taken else ["default>mail"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"route_name": "Bad Name"},
        {"route_name": None},
        {"channel": "no spaces"},
        {"channel": None},
        {"fallback_channel": "slack"},
        {"fallback_channel": "No"},
        {"severities": ["urgent"]},
        {"severities": []},
        {"alert_codes": ["XX-77"]},
        {"alert_codes": []},
        {"days": [0]},
        {"days": [8]},
        {"days": []},
        {"from_time": "08:00"},
        {"to_time": "08:00"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": None},
        {"route_name": "default", "severities": ["page"]},
        {"route_name": "default", "days": [1]},
        {"route_name": "default", "from_time": "08:00", "to_time": "09:00"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(db: Db, wrong: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        set_route(db, **wrong)


def test_a_tenant_must_exist_and_has_no_default(db: Db, tenants: tuple[str, str]) -> None:
    with pytest.raises(psycopg.Error) as caught:
        set_route(db, tenant_id="nobody")
    assert caught.value.sqlstate == "OB001"
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        set_route(db, route_name="default", tenant_id="a")


def test_the_default_stays(db: Db) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        db.call("drop_route", route_name="default")
    assert db.call("drop_route", route_name="no-such-route") is False
    db.call("set_route", route_name="default", channel="slack")
    assert db.one("select channel from obs.notification_routes where route_name = 'default'") == "slack"


def test_changes_are_audited(db: Db) -> None:
    set_route(db)
    db.call("drop_route", route_name="r")
    assert db.rows("select action, detail ->> 'route' from obs.audit_log order by audit_id") == [
        ("set_route", "r"),
        ("drop_route", "r"),
    ]


def test_the_preview_shows_where_an_alert_would_go(db: Db, tenants: tuple[str, str]) -> None:
    alert = put_alert(db, "a", severity="page")
    db.call("forwarder_beat", forwarder_id="f1", channels=["slack"])
    ops = db.login("test_ops")
    rows = [(row.route_name, row.channel, row.is_served) for row in ops.calls("route_preview", alert_id=alert)]
    assert rows == [("page", "pager", False), ("warn", "slack", True)]
    assert refused(ops.calls, "route_preview", alert_id=-1).sqlstate == "OB010"


@pytest.mark.parametrize("login", ["test_reader", "test_writer", "test_ops", "test_forwarder", "test_bi"])
def test_only_administrators_set_routes(db: Db, login: str) -> None:
    for call in (
        "select obs.set_route('r', 'slack')",
        "select obs.drop_route('page')",
        "select obs.accept_cluster()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.login(login).execute(call)
