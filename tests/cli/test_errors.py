"""What goes wrong is one sentence on stderr, exit status 2, and nothing on stdout."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.cluster import Cluster, free_port
from support.db import Db
from support.install import psql
from support.loglines import Night

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return Night(101, 5001, companies=2).write(tmp_path)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("obs: ")
    return line[5:]


def test_no_database_is_named(obs: Run, log: Path) -> None:
    for verb in (["import", log], ["reconcile", "5001", log], ["status"], ["install"], ["uninstall", "--yes"]):
        assert refusal(obs(*verb)).startswith("which database? Give --dsn")


def test_the_database_may_come_from_libpq_variables(db: Db, obs: Run) -> None:
    info = db.conn.info
    from .conftest import clean_environment

    named = clean_environment(PGHOST=info.host, PGPORT=str(info.port), PGDATABASE=info.dbname, PGUSER="test_writer")
    assert obs("version", env=named).returncode == 0


def test_a_server_that_is_not_there(obs: Run, log: Path) -> None:
    sentence = refusal(obs("import", log, "--dsn", f"host=127.0.0.1 port={free_port()}"))
    assert sentence.startswith("the database cannot be reached: ")
    assert "check host and port" in sentence


def test_names_that_are_not_there(db: Db, obs: Run, log: Path) -> None:
    assert 'role "nobody_here" does not exist' in refusal(obs("import", log, dsn=db.dsn_for("nobody_here")))
    other = db.dsn.replace(f"dbname={db.conn.info.dbname}", "dbname=no_such_database")
    assert 'database "no_such_database" does not exist' in refusal(obs("import", log, dsn=other))


def test_a_wrong_password(disposable_server: Callable[..., Cluster], obs: Run, log: Path) -> None:
    server = disposable_server()
    with server.connect("obs") as conn:
        conn.execute("alter role test_writer password 'right'")
    (server.data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    server.restart()
    assert obs("import", log, dsn=server.dsn("obs", "test_writer", password="right")).returncode == 0
    for dsn in (server.dsn("obs", "test_writer", password="s3cret-wrong"), server.dsn("obs", "test_writer")):
        done = obs("import", log, dsn=dsn)
        assert "does not let this login in" in refusal(done)
        assert "s3cret" not in done.stderr


def test_a_connection_string_that_cannot_be_read_is_not_repeated(obs: Run, log: Path) -> None:
    sentence = refusal(obs("import", log, dsn="host=x pasword=s3cret"))
    assert sentence.startswith("the connection string cannot be read")
    assert "s3cret" not in sentence


def test_a_login_without_rights(db: Db, obs: Run, log: Path) -> None:
    for login in ("test_nobody", "test_reader"):
        assert "grant obs_writer to LOGIN" in refusal(obs("import", log, dsn=db.dsn_for(login)))
    assert "grant obs_reader to LOGIN" in refusal(obs("reconcile", "5001", log, dsn=db.dsn_for("test_writer")))


def test_a_login_without_any_role_is_told_which_there_are(db: Db, obs: Run) -> None:
    sentence = refusal(obs("status", dsn=db.dsn_for("test_nobody")))
    assert "obs_ops for status" in sentence
    assert "obs_reviewer for qa" in refusal(obs("qa", "worklist", dsn=db.dsn_for("test_nobody")))


def test_upgrading_by_a_login_that_did_not_install(db: Db, obs: Run) -> None:
    sentence = refusal(obs("upgrade", dsn=db.dsn_for("test_reviewer")))
    assert "upgrading needs the login that installed obs" in sentence


@pytest.mark.parametrize("dsn", ["host=localhost port=abc", "host=/tmp port=abc", "service=nosuch"])
def test_a_connection_that_never_was_is_not_lost(obs: Run, dsn: str) -> None:
    sentence = refusal(obs("status", dsn=dsn))
    assert sentence.startswith("no connection could be opened: ")
    assert "write --dsn postgresql://" in sentence


def test_an_unknown_host_is_named(obs: Run) -> None:
    from .conftest import clean_environment

    sentence = refusal(obs("status", env=clean_environment(PGHOST="no-such-host.invalid")))
    assert "no-such-host.invalid" in sentence


def test_a_schema_of_somebody_else_is_not_uninstalled(bare_db: Db, obs: Run) -> None:
    bare_db.execute("create schema obs")
    assert refusal(obs("uninstall", "--yes", dsn=bare_db.dsn)) == (
        "schema obs belongs to postgres and is not of obs: it stays. Rename it (alter schema obs rename to …), "
        "or drop it yourself (OB005)"
    )
    assert bare_db.one("select to_regnamespace('obs')") is not None


def test_the_way_out_of_a_foreign_schema_is_told_by_each_verb(bare_db: Db, obs: Run, log: Path) -> None:
    bare_db.execute("create schema obs; create table obs.mine (id int)")
    for verb in (["import", log], ["status"], ["upgrade"], ["install"]):
        sentence = refusal(obs(*verb, dsn=bare_db.dsn))
        assert "elongs to postgres" in sentence
        assert "alter schema obs rename to" in sentence
        assert "OB005" in sentence
        assert "uninstall" not in sentence
    bare_db.execute("""create table obs.schema_migrations (version text);
        create function obs.version() returns text language sql as $$ select 1 / 0 $$""")
    for verb in (["status"], ["upgrade"]):  # nothing of it is called
        assert "is not of obs" in refusal(obs(*verb, dsn=bare_db.dsn))
    bare_db.execute("alter schema obs rename to theirs")
    assert obs("install", dsn=bare_db.dsn).returncode == 0
    assert obs("version", dsn=bare_db.dsn).returncode == 0


def test_a_database_without_obs(bare_db: Db, obs: Run, log: Path) -> None:
    for verb in (["import", log], ["reconcile", "5001", log], ["status"], ["version"]):
        done = obs(*verb, dsn=bare_db.dsn)
        assert done.stderr == "obs: obs is not installed in this database: run `obs install` with the same --dsn\n"
        assert done.returncode == 2


def test_a_half_installed_database(bare_db: Db, obs: Run, log: Path) -> None:
    psql(bare_db.dsn, "-f", "sql/schema/01_roles.sql")  # as without -1, and cut off
    for verb in (["import", log], ["status"], ["install"]):
        sentence = refusal(obs(*verb, dsn=bare_db.dsn))
        assert "half-installed" in sentence
        assert "drops all its data" in sentence
    assert obs("uninstall", "--yes", dsn=bare_db.dsn).returncode == 0
    assert obs("install", dsn=bare_db.dsn).returncode == 0


def test_an_installation_without_its_functions_is_installed_again(db: Db, obs: Run, log: Path) -> None:
    db.execute("drop function obs.version")
    sentence = refusal(obs("import", log, dsn=db.dsn))
    assert "half-installed" in sentence
    assert "uninstall" not in sentence
    assert obs("install", dsn=db.dsn).returncode == 0
    assert obs("import", log, dsn=db.dsn).returncode == 0


def test_an_installation_with_a_hole(db: Db, obs: Run, log: Path) -> None:
    db.execute("drop function obs.log_batch")
    sentence = refusal(obs("import", log, dsn=db.dsn_for("test_writer")))
    assert "half-installed" in sentence
    assert "obs.log_batch" in sentence
    assert "uninstall" not in sentence
    assert obs("upgrade", dsn=db.dsn).returncode == 0
    assert obs("import", log, dsn=db.dsn_for("test_writer")).returncode == 0


@pytest.fixture
def old_server() -> Iterator[str]:
    """Says of itself that it is PostgreSQL 14, and lets everybody in."""
    listener = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client:
                client.recv(4096)
                ok = b"R\0\0\0\x08\0\0\0\0"
                settings = {b"server_version": b"14.9", b"client_encoding": b"UTF8", b"server_encoding": b"UTF8"}
                for name, value in settings.items():
                    text = name + b"\0" + value + b"\0"
                    ok += b"S" + (len(text) + 4).to_bytes(4, "big") + text
                client.sendall(ok + b"Z\0\0\0\x05I")
                client.recv(4096)

    thread = threading.Thread(target=greet, daemon=True)
    thread.start()
    yield f"host=127.0.0.1 port={listener.getsockname()[1]} sslmode=disable gssencmode=disable"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=5)


def test_a_server_that_is_too_old(old_server: str, obs: Run, log: Path) -> None:
    for verb in (["install"], ["import", log], ["version"]):
        done = obs(*verb, dsn=old_server)
        assert "obs needs PostgreSQL 15 or newer, this server is 14.9 (OB007)" in done.stderr
        assert done.returncode == 2


def test_files_that_are_not_there(writer: str, obs: Run, log: Path, tmp_path: Path) -> None:
    assert refusal(obs("import", log, tmp_path / "none.log", dsn=writer)) == f"{tmp_path}/none.log: no such file"
    assert "is a directory" in refusal(obs("import", tmp_path, dsn=writer))
    assert "no such directory" in refusal(obs("replay", "--spool-dir", tmp_path / "none", dsn=writer))


@pytest.mark.parametrize("arguments", [["import"], ["import", "--frobnicate"], ["reconcile", "1"], ["exprot"]])
def test_wrong_usage(obs: Run, arguments: list[str]) -> None:
    assert "--help" in refusal(obs(*arguments))


def test_an_unknown_end_is_refused_before_anything_happens(db: Db, writer: str, obs: Run, log: Path) -> None:
    assert "a run ends as success" in refusal(obs("import", "--as", "done", log, dsn=writer))
    assert db.one("select count(*) from obs.enrichment_runs") == 0


def test_a_read_only_server(db: Db, obs: Run, log: Path) -> None:
    name = db.conn.info.dbname
    psql(db.dsn, "-c", f'alter database "{name}" set default_transaction_read_only = on')
    sentence = refusal(obs("import", log, dsn=db.dsn_for("test_writer")))
    assert "read-only transaction" in sentence
    for verb, login in ((["upgrade"], None), (["privacy", "audit"], "test_ops")):
        sentence = refusal(obs(*verb, dsn=db.dsn_for(login) if login else db.dsn))
        assert "give the --dsn of the primary" in sentence
