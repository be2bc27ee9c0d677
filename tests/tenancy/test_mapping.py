"""Who acts for which tenant: logins, groups, SET ROLE, revoked mappings, the narrowing setting, strict writers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.db import Db
from support.pipeline import item, refused, start
from support.tenants import outcome


@pytest.fixture
def two_runs(db: Db) -> Db:
    for tenant in ("a", "b"):
        start(db, f"run-{tenant}", tenant_id=tenant)
        item(db, f"run-{tenant}", "crawl", tenant_id=tenant)
    return db


def reads(session: Db) -> list[str]:
    return [tenant for (tenant,) in session.rows("select tenant_id from obs.enrichment_runs order by 1")]


def writes(session: Db) -> list[str]:
    """Tenants for which a start is taken; each start is undone."""
    taken = []
    for tenant in ("a", "b"):
        with session.conn.transaction(force_rollback=True):
            state, _ = outcome(session, "select obs.start_run(%s, p_run_id => 'probe')", (tenant,))
        assert state in ("00000", "42501"), state
        if state == "00000":
            taken.append(tenant)
    return taken


def test_an_unmapped_reader_reads_nothing_and_an_unmapped_writer_is_trusted(two_runs: Db) -> None:
    assert reads(two_runs.login("test_reader")) == []
    assert writes(two_runs.login("test_writer")) == ["a", "b"]
    trusted = two_runs.login("test_writer")
    trusted.execute("set obs.tenant_id = 'a'")
    assert writes(trusted) == ["a"]
    assert refused(trusted.call, "finish_run", run_id="run-b").sqlstate == "OB002"


def test_a_mapped_login_reads_and_writes_its_tenants_only(two_runs: Db, new_login: Callable[..., str]) -> None:
    login = new_login("obs_reader", "obs_writer")
    for tenants in (["a"], ["a", "b"]):
        for tenant in tenants:
            two_runs.call("grant_access", role=login, tenant_id=tenant)
        session = two_runs.login(login)
        assert (reads(session), writes(session)) == (tenants, tenants)
    session.execute("set obs.tenant_id = 'b'")
    assert (reads(session), writes(session)) == (["b"], ["b"])
    session.execute("set obs.tenant_id = 'c'")
    assert (reads(session), writes(session)) == ([], [])
    session.execute("set obs.tenant_id = ''")
    assert (reads(session), writes(session)) == (["a", "b"], ["a", "b"])


def test_a_revoked_mapping_leaves_a_login_with_nothing(two_runs: Db, new_login: Callable[..., str]) -> None:
    login = new_login("obs_reader", "obs_writer")
    two_runs.call("grant_access", role=login, tenant_id="a")
    session = two_runs.login(login)
    assert two_runs.call("revoke_access", role=login, tenant_id="a") is True
    assert (reads(session), writes(session)) == ([], [])
    assert item(session, "run-a", "crawl") == "quarantined"
    session.execute("set role obs_writer")
    assert writes(session) == []
    assert two_runs.call("revoke_access", role=login, tenant_id="a") is False
    two_runs.call("grant_access", role=login, tenant_id="a")
    session.execute("reset role")
    assert (reads(session), writes(session)) == (["a"], ["a"])


def test_members_of_a_mapped_group_act_for_its_tenants(two_runs: Db, new_login: Callable[..., str]) -> None:
    group = new_login("obs_reader", "obs_writer")
    two_runs.call("grant_access", role=group, tenant_id="b")
    inner = new_login(group)
    login = new_login(inner)
    session = two_runs.login(login)
    assert (reads(session), writes(session)) == (["b"], ["b"])
    session.execute("set role obs_writer")
    assert writes(session) == ["b"], "SET ROLE to the unmapped group does not let the login loose"
    session.execute(f"set role {group}")
    assert (reads(session), writes(session)) == (["b"], ["b"])


def test_a_member_that_does_not_inherit_must_take_the_groups_role(two_runs: Db, new_login: Callable[..., str]) -> None:
    group = new_login("obs_reader", "obs_writer")
    two_runs.call("grant_access", role=group, tenant_id="b")
    login = new_login(group, "obs_reader", "obs_writer", attributes="noinherit")
    session = two_runs.login(login)
    assert outcome(session, "select from obs.enrichment_runs")[0] == "42501"
    for role in ("obs_reader", "obs_writer"):
        session.execute(f"set role {role}")
        if role == "obs_reader":
            assert reads(session) == []
        else:
            assert writes(session) == [], "bound by its group, though its rights are not taken"
    session.execute(f"set role {group}")
    assert (reads(session), writes(session)) == (["b"], ["b"])


def test_a_login_with_a_mapped_and_a_trusted_role_is_bound_in_both(two_runs: Db, new_login: Callable[..., str]) -> None:
    trusted = new_login("obs_writer")
    login = new_login(trusted, "obs_writer")
    two_runs.call("grant_access", role=login, tenant_id="a")
    session = two_runs.login(login)
    session.execute(f"set role {trusted}")
    assert writes(session) == ["a"]


def test_strict_writers_must_be_mapped(two_runs: Db, tenants: tuple[str, str]) -> None:
    two_runs.execute("select obs.set_setting('strict_writers', 'true')")
    assert writes(two_runs.login("test_writer")) == []
    assert writes(two_runs.login("test_writer_a")) == ["a"]
    assert item(two_runs.login("test_writer"), "run-a", "crawl") == "quarantined"
    two_runs.execute("select obs.set_setting('strict_writers', null)")
    assert writes(two_runs.login("test_writer")) == ["a", "b"]


def test_a_bound_login_makes_no_tenant_and_a_trusted_one_flags_it(two_runs: Db, tenants: tuple[str, str]) -> None:
    assert refused(two_runs.login("test_writer_a").call, "start_run", tenant_id="new").sqlstate == "42501"
    two_runs.login("test_writer").call("start_run", tenant_id="new")
    assert two_runs.row("select is_new, created_by from obs.tenants where tenant_id = 'new'") == (True, "test_writer")


def test_roles_of_obs_itself_and_unknown_ones_are_not_mapped(two_runs: Db) -> None:
    for role, tenant, state in [
        ("obs_writer", "a", "42501"), ("obs_reader", "a", "42501"), ("obs_owner", "a", "42501"),
        ("nobody_of_that_name", "a", "42704"), ("test_reader_a", "nowhere", "OB001"),
    ]:  # fmt: skip
        assert refused(two_runs.call, "grant_access", role=role, tenant_id=tenant).sqlstate == state, role
    assert refused(two_runs.call, "revoke_access", role="test_reader_a", tenant_id="nowhere").sqlstate == "OB001"


def test_who_changed_access_is_on_record(two_runs: Db) -> None:
    admin = two_runs.login("test_admin")
    admin.call("grant_access", role="test_reader_a", tenant_id="a")
    admin.call("revoke_access", role="test_reader_a", tenant_id="a")
    found = two_runs.rows(
        "select tenant_id, actor, action, detail ->> 'role' from obs.audit_log where action like '%_access' order by at"
    )
    assert found == [
        ("a", "test_admin", "grant_access", "test_reader_a"),
        ("a", "test_admin", "revoke_access", "test_reader_a"),
    ]
