"""Names and objects of the host that want to be more than names and objects."""

from __future__ import annotations

import pytest
from psycopg import sql

from obs_client import wire
from obs_client.forward import conditions
from security.attempts import catalog
from support.db import Db
from support.pipeline import run_row, start
from support.tenants import MARK, outcome
from tenancy.conftest import rows_of

NAMES = (
    'Upper Case', 'quo"te', "apo'strophe", "'; drop table obs.tenants; --", "$$d$$", "%I%s%L%1$s", "back\\slash",
    "\u202e\u200bевил", "obs.tenants", "ob_temp.x", "select", 'a"."b', "x" * 63,
)  # fmt: skip


def of_b(db: Db) -> list[list[str]]:
    """What no tick changes of tenant b."""
    tables = ("tenants", "tenant_roles", "run_event_logs", "run_metrics", "settings", "notifications")
    return [rows_of(db, table, "b") for table in tables]


@pytest.mark.parametrize("name", NAMES)
def test_a_table_of_any_name_is_attached_mirrored_and_let_go(crowded: Db, name: str) -> None:
    theirs = of_b(crowded)
    before = catalog(crowded)
    table = sql.SQL(".").join((sql.Identifier(name), sql.Identifier(name)))
    crowded.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
    crowded.execute(
        sql.SQL(
            "create table {} (run_id text, tenant_id text, started_at timestamptz, ended_at timestamptz, status text)"
        ).format(table)
    )
    known = crowded.one("select oid from pg_class where relname = %s and relnamespace = to_regnamespace(%s)",
                        (name, '"' + name.replace('"', '""') + '"'))  # fmt: skip
    assert crowded.one("select obs.attach_runs(%s::oid::regclass)", (known,)) == 0
    crowded.execute(sql.SQL("insert into {} values ('of-host', 'a', now(), null, 'running')").format(table))
    assert run_row(crowded, "of-host").status == "running"
    start(crowded, "of-host", trace_url="https://t.example/1")
    assert crowded.one(sql.SQL("select langsmith_trace_url from {}").format(table)) == "https://t.example/1"
    crowded.execute(
        sql.SQL("create view {} as select 'a'::text as tenant_id, 's'::text as subject, 1::numeric as value,"
                " 0::numeric as threshold, 'breach'::text as verdict, 'told'::text as summary").format(
            sql.SQL(".").join((sql.Identifier(name), sql.Identifier("v" + name[:60])))
        )
    )  # fmt: skip
    view = crowded.one("select oid from pg_class where relname = %s", ("v" + name[:60],))
    crowded.execute(sql.SQL("grant usage on schema {} to obs_forwarder").format(sql.Identifier(name)))
    crowded.execute(sql.SQL("grant select on all tables in schema {} to obs_forwarder").format(sql.Identifier(name)))
    crowded.execute("select obs.register_condition('MY-1', 'Mine', %s::oid::regclass)", (view,))
    with wire.connect(crowded.dsn_for("test_forwarder")) as forwarder:
        conditions.evaluate(forwarder)
    assert crowded.one("select count(*) from obs.alert_active where alert_code = 'MY-1'") == 1
    quoted = crowded.one("select obs._relation_name(%s::oid::regclass)", (known,))
    assert outcome(crowded, "select obs.set_setting('host_icp_rules', to_jsonb(%s::text), 'a')", (quoted,))[0] in (
        "00000", "22023",
    )  # fmt: skip
    assert outcome(crowded, "select obs.tick()")[0] == "00000"
    crowded.execute("select obs.detach_runs(%s::oid::regclass)", (known,))
    assert catalog(crowded) == before
    assert of_b(crowded) == theirs


# What a host hangs on its own table before an administrator attaches it; {code} tells as whom it was run.
HUNG = (
    "create trigger t before insert or update on host.runs for each row execute function host.code()",
    "create trigger t after update on host.runs for each row execute function host.code()",
    "create trigger t after update on host.runs for each statement execute function host.code_of_all()",
    "create rule r as on update to host.runs do also insert into host.caught select current_user, session_user",
    (
        "alter table host.runs enable row level security; alter table host.runs force row level security;"
        " create policy p on host.runs using (host.tells()) with check (host.tells());"
        " create policy q on host.runs to postgres using (true)"
    ),
    "alter table host.runs add constraint c check (host.tells())",
    "create index on host.runs (host.tells_of(run_id))",
    "alter table host.runs add column made text generated always as (host.tells_of(run_id)::text) stored",
)


@pytest.mark.parametrize("hung", HUNG)
def test_what_the_host_hangs_on_its_table_never_runs_as_obs_or_for_another_tenant(
    crowded: Db, cast: dict[str, str], hung: str
) -> None:
    theirs = of_b(crowded)
    owner = crowded.login(cast["host"])
    owner.execute("""
        create table host.caught (who text, session text);
        grant usage on schema host to public; grant all on host.caught to public;
        create function host.tells() returns boolean language plpgsql immutable as
            $$ begin perform host.keep(); return true; end $$;
        create function host.tells_of(text) returns boolean language plpgsql immutable as
            $$ begin perform host.keep(); return true; end $$;
        create function host.keep() returns void language plpgsql volatile as
            $$ begin insert into host.caught values (current_user, session_user); end $$;
        create function host.code() returns trigger language plpgsql as
            $$ begin perform host.keep(); return new; end $$;
        create function host.code_of_all() returns trigger language plpgsql as
            $$ begin perform host.keep(); return null; end $$;
        create table host.runs (
            run_id text, tenant_id text, started_at timestamptz, ended_at timestamptz, status text
        );
        insert into host.runs values ('of-host', 'a', now(), null, 'running')""")
    crowded.execute("alter table host.runs add column langsmith_trace_url text")
    owner.execute(hung)
    crowded.execute(f"grant obs_admin to {cast['host']}")
    owner.execute("select obs.attach_runs('host.runs')")
    crowded.execute(f"revoke obs_admin from {cast['host']}")
    outcome(owner, "update host.runs set status = 'success'")
    attacker = crowded.login(cast["bound writer"])
    outcome(attacker, "select obs.start_run('a', p_run_id => 'of-host', p_trace_url => 'https://t.example/1')")
    outcome(crowded, "select obs.tick()")
    outcome(crowded, "select obs.maintain()")
    who = {name for (name,) in crowded.rows("select distinct who from host.caught")}
    assert who <= {cast["host"], "obs_host"}, who
    assert MARK not in str(crowded.rows("select * from host.runs"))
    assert of_b(crowded) == theirs


def test_a_view_that_changes_after_it_was_registered_still_has_the_forwarders_rights_alone(
    crowded: Db, cast: dict[str, str]
) -> None:
    theirs = of_b(crowded)
    owner = crowded.login(cast["host"])
    row = ("select 'a'::text as tenant_id, 's'::text as subject, 1::numeric as value, 0::numeric as threshold,"
           " 'breach'::text as verdict, ")  # fmt: skip
    owner.execute(f"create view host.c with (security_invoker) as {row} 'calm'::text as summary")
    owner.execute("grant usage on schema host to obs_forwarder; grant select on host.c to obs_forwarder")
    crowded.execute("select obs.register_condition('MY-1', 'Mine', 'host.c')")
    for turned in (
        "(select string_agg(t::text, ',') from obs.enrichment_runs t)",
        "(select string_agg(encode(pepper, 'hex'), ',') from obs.tenant_peppers)",
        "obs.grant_access('test_writer_a', 'b')::text",
        "set_config('role', 'obs_owner', false)",
        "lo_create(0)::text",
        "pg_read_file('postgresql.conf')",
        "(1 / 0)::text",
    ):
        answer = outcome(owner, f"create or replace view host.c with (security_invoker) as {row} {turned} as summary")
        if answer[0] != "00000":
            assert answer[0] in ("42501", "22012"), answer  # the host itself may not say so
            continue
        with wire.connect(crowded.dsn_for("test_forwarder")) as forwarder:
            conditions.evaluate(forwarder)
        assert crowded.one("select count(*) from pg_largeobject_metadata") == 0, "what a view does is undone"
        said = crowded.one("select error_sqlstate from obs.alert_rules where alert_code = 'MY-1'")
        undone = (None,) if "lo_create" in turned else ()  # before PostgreSQL 16 a read-only transaction lets it pass
        assert said in ("42501", "22012", "25006", *undone), turned
    assert crowded.rows("select 1 from obs.alerts where summary ~ 'bravo-run' and alert_code = 'MY-1'") == []
    assert of_b(crowded) == theirs
