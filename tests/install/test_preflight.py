"""What cannot become a sound obs is refused in one sentence, and stays as it was."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.db import Db
from support.install import SQL, create_logins, install, psql

PREFLIGHT = SQL / "schema" / "00_preflight.sql"


def refusal(stderr: str) -> str:
    """The error's own text; fails when psql says more than the error and its hint."""
    messages = re.findall(r"ERROR:  (.*)", stderr)
    assert len(messages) == 1, stderr
    assert re.search(r"HINT:  \S", stderr), stderr
    return str(messages[0])


@pytest.mark.parametrize("existing", ["create schema obs", "create schema obs; create table obs.observations (id int)"])
def test_a_schema_obs_of_another_origin_is_refused(bare_db: Db, existing: str) -> None:
    bare_db.execute(existing)
    before = bare_db.rows("select relname from pg_class where relnamespace = 'obs'::regnamespace")
    done = install(bare_db.dsn, check=False)
    assert done.returncode == 3
    assert "foreign or half-installed" in refusal(done.stderr)
    assert bare_db.rows("select relname from pg_class where relnamespace = 'obs'::regnamespace") == before


def test_a_squatted_schema_runs_nothing_of_the_squatters(bare_db: Db) -> None:
    """Its owner's trigger on the ledger would run with the rights of who installs, a superuser mostly."""
    create_logins(bare_db.conn)
    bare_db.execute("""
        create schema obs authorization test_nobody;
        grant all on schema obs to public;
        create table public.ran (who text);
        grant all on public.ran to public;
        set role test_nobody;
        create table obs.schema_migrations (version text primary key, checksum text not null,
            applied_at timestamptz not null default now());
        grant all on obs.schema_migrations to public;
        create function obs.spring() returns trigger language plpgsql as
            $$ begin insert into public.ran values (session_user); return new; end $$;
        create trigger spring before insert on obs.schema_migrations for each row execute function obs.spring();
        reset role""")
    done = install(bare_db.dsn, check=False)
    assert done.returncode == 3
    assert "does not belong to obs_owner" in refusal(done.stderr)
    assert bare_db.rows("select * from public.ran") == []


def test_an_old_server_is_refused(bare_db: Db, tmp_path: Path) -> None:
    question = "current_setting('server_version_num')"
    text = PREFLIGHT.read_text()
    assert text.count(question) == 1
    old = tmp_path / "preflight.sql"
    old.write_text(text.replace(question, "'140012'"))
    done = psql(bare_db.dsn, "-v", "VERBOSITY=verbose", "-1", "-f", old, check=False)
    assert done.returncode == 3
    assert "OB007" in done.stderr
    assert "PostgreSQL 15" in done.stderr


def test_a_schema_step_with_other_content_is_refused(db: Db) -> None:
    first = db.one("select min(version) from obs.schema_migrations")
    db.execute("update obs.schema_migrations set checksum = 'other' where version = %s", (first,))
    done = install(db.dsn, check=False)
    assert done.returncode == 3
    assert "other content" in refusal(done.stderr)


def test_an_installer_without_rights_is_refused(bare_db: Db) -> None:
    done = install(bare_db.dsn_for("test_nobody"), check=False)
    assert done.returncode == 3
    assert bare_db.one("select to_regnamespace('obs')") is None
