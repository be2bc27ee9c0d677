"""Rights do not creep: what is made later, who is whose member, and what is lent with a right to lend on."""

from __future__ import annotations

from security.attempts import EVERYBODY, attempt, play
from support.db import Db

GROUPS = (
    "obs_writer",
    "obs_reader",
    "obs_reviewer",
    "obs_ops",
    "obs_forwarder",
    "obs_bi",
    "obs_admin",
    "obs_cron",
    "obs_host",
)


def test_what_is_made_later_is_nobodys(crowded: Db) -> None:
    """Default privileges: an object that a later version, or a hand, makes as obs_owner is open to nobody."""
    crowded.execute("set role obs_owner")
    crowded.execute("""
        create table obs.made_later (n int);
        create view obs.seen_later as select 1 as n;
        create sequence obs.counted_later;
        create function obs._later() returns int language sql return 1;
        create procedure obs.do_later() language sql begin atomic select 1; end""")
    crowded.execute("reset role")
    for name in (*GROUPS, "test_nobody"):
        rights = crowded.rows(
            """select 1 where has_table_privilege(%(who)s, 'obs.made_later',
                    'select, insert, update, delete, truncate, trigger')
                or has_table_privilege(%(who)s, 'obs.seen_later', 'select')
                or has_sequence_privilege(%(who)s, 'obs.counted_later', 'usage, select, update')
                or has_function_privilege(%(who)s, 'obs._later()', 'execute')
                or has_function_privilege(%(who)s, 'obs.do_later()', 'execute')""",
            {"who": name},
        )
        assert rights == [], name


def test_nothing_is_lent_with_the_right_to_lend_on(crowded: Db) -> None:
    lent = """
        select what, a.grantee::regrole::text, a.privilege_type from (
            select 'obs' as what, n.nspacl as acl, n.nspowner as owner from pg_namespace n where n.nspname = 'obs'
            union all select c.oid::regclass::text, c.relacl, c.relowner from pg_class c
            where c.relnamespace = 'obs'::regnamespace
            union all select p.oid::regprocedure::text, p.proacl, p.proowner from pg_proc p
            where p.pronamespace = 'obs'::regnamespace
            union all select t.oid::regtype::text, t.typacl, t.typowner from pg_type t
            where t.typnamespace = 'obs'::regnamespace
        ) o, aclexplode(o.acl) a where a.is_grantable and a.grantee <> o.owner"""
    assert crowded.rows(lent) == []


def test_the_roles_of_obs_are_members_of_nothing_and_lend_nothing_on(crowded: Db) -> None:
    assert crowded.rows(
        """select m.roleid::regrole::text, m.member::regrole::text from pg_auth_members m
        where m.member::regrole::text ^@ 'obs_'"""
    ) == []  # fmt: skip
    assert (
        crowded.rows(
            """select m.roleid::regrole::text, m.member::regrole::text from pg_auth_members m
        join pg_roles r on r.oid = m.member where m.roleid::regrole::text ^@ 'obs_'
        and m.admin_option and not r.rolsuper and not r.rolcreaterole"""
        )
        == []
    )
    assert (
        crowded.rows(
            """select r.rolname from pg_roles r where r.rolname ^@ 'obs_' and (r.rolsuper or r.rolbypassrls
            or r.rolcreaterole
            or r.rolcreatedb or r.rolreplication or (r.rolcanlogin and r.rolname <> 'obs_cron')
            or (r.rolconfig is not null and r.rolname not in ('obs_cron', 'obs_bi')))"""
        )
        == []
    )
    settings = crowded.one("select rolconfig from pg_roles where rolname = 'obs_bi'")
    assert sorted(settings) == ["default_transaction_read_only=on", "statement_timeout=10s"]
    holders = """select m.member::regrole::text from pg_auth_members m
        where m.roleid in ('obs_owner'::regrole, 'obs_host'::regrole)"""
    assert [name for (name,) in crowded.rows(holders) if name != "postgres"] == []


def test_trigger_functions_cannot_be_called_nor_hung_elsewhere(crowded: Db, cast: dict[str, str], unharmed) -> None:
    triggers = [n for (n,) in crowded.rows(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'obs'::regnamespace"
        " and p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype)")]  # fmt: skip
    assert triggers
    attempts = []
    for name in triggers:
        attempts += [
            attempt(EVERYBODY, f"select {name}"),
            attempt(EVERYBODY, "create temp table t (run_id text, tenant_id text)",
                    f"create trigger t after insert on t for each row execute function {name}"),
        ]  # fmt: skip
    play(crowded, cast, attempts)
    unharmed()


def test_types_of_obs_lend_no_rights(crowded: Db, cast: dict[str, str], unharmed) -> None:
    """A row type can be named by anybody who may use the schema; a value of it opens no table."""
    roles = ("reader", "bi", "reviewer", "bound writer", "forwarder", "cron")
    play(
        crowded,
        cast,
        [
            attempt(roles, "select (null::obs.tenant_peppers).pepper is null", gets="[(True,)]"),
            attempt(
                roles,
                "select (jsonb_populate_record(null::obs.tenant_peppers, '{{}}')).tenant_id is null",
                gets="[(True,)]",
            ),
            attempt(roles, "create temp table t of obs.tenant_peppers", gets="42809"),
            attempt(roles, "create temp table t (like obs.tenant_peppers)"),
            attempt(roles, "create temp table t (c obs.tenant_peppers)", "select count(*) from t", gets="[(0,)]"),
            attempt(roles, "select pg_get_viewdef('obs.run_overview'::regclass) is not null", gets="[(True,)]"),
        ],
    )
    unharmed()
