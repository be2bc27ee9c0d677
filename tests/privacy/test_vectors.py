"""The database and the client find the same in the same text, and leave what is impersonal as it came."""

from __future__ import annotations

import pytest
from psycopg.types.json import Jsonb

from obs_client import redact
from privacy.vectors import TENANT, VECTORS, faults, in_client, in_database, without_tokens
from support.db import Db


@pytest.fixture
def vector_db(db: Db) -> Db:
    db.call("create_tenant", tenant_id=TENANT)
    return db


def test_there_are_vectors_of_every_kind() -> None:
    assert len(VECTORS) > 200
    assert {vector["kind"] for vector in VECTORS} == {"text", "id", "extra"}


def test_the_client_finds_what_is_there() -> None:
    wrong = {
        vector["name"]: found for vector in VECTORS if (found := faults(vector, in_client(vector, vector["input"])))
    }
    assert wrong == {}


def test_the_database_finds_what_is_there(vector_db: Db) -> None:
    wrong = {
        vector["name"]: found
        for vector in VECTORS
        if (found := faults(vector, in_database(vector_db, vector, vector["input"])))
    }
    assert wrong == {}


def test_both_write_the_same_but_for_the_hashes(vector_db: Db) -> None:
    for vector in VECTORS:
        stored = in_database(vector_db, vector, vector["input"])
        written = in_client(vector, vector["input"])
        assert without_tokens(stored) == without_tokens(written), vector["name"]


def test_what_is_redacted_passes_unchanged(vector_db: Db) -> None:
    """A second time, and what the client masked before."""
    for vector in VECTORS:
        stored = in_database(vector_db, vector, vector["input"])
        written = in_client(vector, vector["input"])
        assert in_database(vector_db, vector, stored) == stored, vector["name"]
        assert in_database(vector_db, vector, written) == written, vector["name"]
        assert in_client(vector, written) == written, vector["name"]


def test_what_is_not_suspect_is_not_touched(vector_db: Db) -> None:
    """The cheap tests promise that the dear ones would change nothing."""
    for vector in VECTORS:
        value = vector["input"]
        if vector["kind"] == "extra":
            clean = vector_db.one("select obs._extra_clean(%s)", (Jsonb(value),))
            assert not clean or in_database(vector_db, vector, value) == value, vector["name"]
            assert not redact.extra_clean(value) or in_client(vector, value) == value, vector["name"]
        else:
            suspect = vector_db.one(f"select obs._suspect{'_id' if vector['kind'] == 'id' else ''}(%s)", (value,))
            assert suspect or in_database(vector_db, vector, value) == value, vector["name"]


def test_both_suspect_the_same_texts(vector_db: Db) -> None:
    for vector in VECTORS:
        if vector["kind"] != "extra":
            found = vector_db.one("select obs._suspect(%s)", (vector["input"],))
            assert found == redact.suspect(vector["input"]), vector["name"]


def test_a_null_is_a_null(db: Db) -> None:
    assert db.row("select obs._redact_text('a', null), obs._redact_id('a', null), obs._redact_extra('a', null)") == (
        None,
        None,
        None,
    )
