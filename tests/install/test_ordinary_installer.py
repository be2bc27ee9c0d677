"""On a managed server nobody is a superuser: CREATEROLE and one's own database are enough."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg import sql

from support.cluster import Cluster
from support.db import Db
from support.install import install, uninstall
from support.snapshot import catalog, contents


@pytest.fixture(scope="module")
def managed() -> Iterator[Cluster]:
    """A server where `app` may make roles and owns the database `app`."""
    cluster = Cluster()
    try:
        cluster.start()
        cluster.create_database("app")
        with cluster.connect() as admin:
            admin.execute("create role app login createrole")
            admin.execute("alter database app owner to app")
        install(cluster.dsn("app", user="app"))
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def app(managed: Cluster) -> Iterator[Db]:
    opened = Db(managed.connect("app", user="app"))
    yield opened
    opened.close()


@pytest.fixture
def admin(managed: Cluster) -> Iterator[Db]:
    opened = Db(managed.connect("app"))
    yield opened
    opened.close()


def definitions(db: Db) -> set[str]:
    """Without memberships: the installer's own are what an ordinary one needs more than a superuser."""
    return {line for line in catalog(db) if not line.startswith("member:")}


def test_the_result_is_what_a_superuser_installs(admin: Db, db: Db) -> None:
    assert definitions(admin) == definitions(db)


def test_no_role_of_obs_has_special_powers(admin: Db) -> None:
    query = r"select rolname from pg_roles where rolname like 'obs\_%' and (rolsuper or rolbypassrls or rolcreaterole)"
    assert admin.rows(query) == []


def test_installing_again_changes_nothing(admin: Db, app: Db) -> None:
    before = catalog(admin), contents(admin)
    install(app.dsn)
    assert (catalog(admin), contents(admin)) == before


def test_a_run_can_be_written_and_read(admin: Db, app: Db) -> None:
    for login, group in (("app_writer", "obs_writer"), ("app_reader", "obs_reader")):
        app.execute(sql.SQL("create role {} login").format(sql.Identifier(login)))
        app.execute(sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(login)))
    writer = app.login("app_writer")
    writer.call("start_run", tenant_id="t", run_id="r")
    written = writer.call("log_event", run_id="r", stage="s", event="finish", status="success", logger="obs.stage")
    assert written == "accepted"
    assert writer.call("finish_stage", run_id="r", stage="s").count_total == 1
    assert admin.one("select count(*) from obs.run_event_logs where run_id = 'r'") == 1
    assert app.login("app_reader").rows("select run_id from obs.enrichment_runs") == []


def test_uninstalling_and_installing_again_gives_the_same(admin: Db, app: Db, db: Db) -> None:
    uninstall(app.dsn)
    assert admin.one("select to_regnamespace('obs')") is None
    install(app.dsn)
    assert definitions(admin) == definitions(db)
