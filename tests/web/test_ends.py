"""What ends a token or a session, and which of two of them decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from obs_client.web.database import Database
from obs_client.web.options import Options
from obs_client.web.tokens import Grant
from support.db import Db
from support.web import SECRET, Site, forms


def status(site: Site, role: str, login: bool) -> int:
    token = site.signer.token(role, 600, login=login)
    return site.client(Authorization=f"Bearer {token}").get("/shortlist/status").status_code


@pytest.fixture
def desk(world: Db, web_login: str, new_role: Callable[..., str]) -> str:
    """A login of a's readers, over which tokens can be made."""
    role = new_role("obs_reader")
    world.call("grant_access", role=role, tenant_id="a")
    world.execute(f"grant {role} to {web_login}")
    return role


def test_a_role_past_its_time_is_nobody(site: Site, world: Db, desk: str) -> None:
    world.execute(f"alter role {desk} valid until '2999-01-01'")
    assert [status(site, desk, login) for login in (True, False)] == [200, 200]
    world.execute(f"alter role {desk} valid until '2020-01-01'")
    assert [status(site, desk, login) for login in (True, False)] == [401, 401]


def test_a_role_that_could_log_in_must_be_able_to(site: Site, world: Db, desk: str, web_login: str) -> None:
    """A role that never could, a group that desks come as, is one for tokens alone."""
    assert [status(site, desk, login) for login in (True, False)] == [200, 200]
    world.execute(f"alter role {desk} nologin")
    assert [status(site, desk, login) for login in (True, False)] == [401, 200]
    world.execute(f"alter role {desk} login")
    database = world.one("select current_database()")
    world.execute(f"revoke connect on database {database} from public")
    world.execute(f"grant connect on database {database} to {web_login}")
    assert [status(site, desk, login) for login in (True, False)] == [401, 200]
    world.execute(f"grant connect on database {database} to public")
    assert status(site, desk, True) == 200


def test_a_session_knows_that_its_role_could_log_in(site: Site, world: Db, desk: str) -> None:
    client = site.client()
    form = forms(client.get("/login").text)[0]
    token = site.signer.token(desk, 600, login=True)
    assert client.post("/login", data={**form.fields, "token": token}).status_code == 303
    assert client.get("/").status_code == 200
    world.execute(f"alter role {desk} nologin")
    assert client.get("/").status_code == 401


def test_a_form_is_sent_by_its_session_alone(site: Site, world: Db, alert_of: Callable[[str], int]) -> None:
    """Whoever the header names, a form changes nothing in that name."""
    page = site.page("test_reader_a")
    form = next(one for one in forms(page.get(f"/alerts/{alert_of('a')}").text) if one.action.endswith("/ack"))
    for role, tenant in (("test_reader_a", "a"), ("test_reader_b", "b"), ("test_ops", "a")):
        action = f"/alerts/{alert_of(tenant)}/ack"
        answer = page.post(action, data=form.fields, headers={"Authorization": f"Bearer {site.token(role)}"})
        assert answer.status_code == 401, role
    made_up = forms(site.client(Cookie="obs_login=foo").get("/login").text)[0].fields["form_key"]
    stranger = site.client(Cookie="obs_session=foo", Authorization=f"Bearer {site.token('test_reader_a')}")
    assert stranger.post(f"/alerts/{alert_of('a')}/ack", data={"form_key": made_up}).status_code == 401
    assert world.one("select count(*) from obs.alerts where acked_at is not null") == 0


def test_a_page_names_the_role_that_decides(site: Site) -> None:
    page = site.page("test_reader_a")
    assert "<span>test_reader_a</span>" in page.get("/").text
    both = page.get("/", headers={"Authorization": f"Bearer {site.token('test_reader_b')}"}).text
    assert "<span>test_reader_b</span>" in both
    assert "test_reader_a" not in both
    assert page.get("/", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_a_connection_comes_out_of_the_pool_as_nobody(world: Db, web_login: str) -> None:
    """Even one on which somebody has set a role and settings for good."""
    database = Database(Options(world.dsn_for(web_login), SECRET, pool_connections=1))
    database.open()
    try:
        with database.asking(Grant("test_reader_a", 0, "")) as conn:
            conn.execute("set role test_reader_a; set statement_timeout = '7min'; set obs.tenant_id = 'b'")
        with database.pool.connection() as conn:
            found = conn.execute(
                "select current_user as who, current_setting('statement_timeout') as timeout, "
                "coalesce(current_setting('obs.tenant_id', true), '') as tenant"
            ).fetchone()
    finally:
        database.close()
    assert found == {"who": web_login, "timeout": "0", "tenant": ""}
