"""A copy of the database tells nobody, until an administrator says that it is the real one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import psycopg
import pytest

from support.binaries import bindir
from support.cluster import Cluster
from support.db import Db
from support.outbox import claim, put

BEAT = "select obs.forwarder_beat('f1', '{slack}')"


@pytest.fixture
def original(disposable_server: Callable[..., Cluster]) -> Cluster:
    """A database whose forwarder has been at work, with something waiting."""
    cluster = disposable_server()
    db = Db(cluster.connect("obs"))
    db.execute(BEAT)
    put(db)
    db.close()
    return cluster


def test_a_clone_is_silent_until_it_is_accepted(original: Cluster) -> None:
    original.create_database("clone", template="obs")
    clone = Db(original.connect("clone"))
    assert claim(clone) == []
    with pytest.raises(psycopg.Error) as caught:
        clone.execute(BEAT)
    assert caught.value.sqlstate == "OB009"
    clone.call("accept_cluster")
    clone.execute(BEAT)
    (mine,) = claim(clone)
    db = Db(original.connect("obs"))
    (theirs,) = claim(db)
    assert mine.idempotency_key != theirs.idempotency_key
    clone.close()
    db.close()


def test_a_restored_dump_is_silent(original: Cluster) -> None:
    elsewhere = original.create_database("elsewhere", template="template0")
    dump = subprocess.run([bindir() / "pg_dump", "-d", original.dsn("obs")], capture_output=True, check=True)
    subprocess.run([bindir() / "psql", "-q", "-d", elsewhere], input=dump.stdout, capture_output=True, check=True)
    copy = Db(original.connect("elsewhere"))
    assert copy.one("select count(*) from obs.notifications where state = 'waiting'") == 1
    assert claim(copy) == []
    copy.close()


def test_a_physical_copy_can_be_silenced(db: Db) -> None:
    put(db)
    assert db.call("accept_cluster", speaks=False) == "silenced"
    assert claim(db) == []
    with pytest.raises(psycopg.Error, match="copy"):
        db.execute(BEAT)
    db.call("accept_cluster")
    assert len(claim(db)) == 1


def test_the_first_forwarder_makes_a_new_database_its_own(db: Db) -> None:
    assert db.rows("select identity from obs.cluster") == []
    db.login("test_forwarder").execute(BEAT)
    assert db.one("select identity = obs._cluster_identity() and accepted_by = 'test_forwarder' from obs.cluster")
