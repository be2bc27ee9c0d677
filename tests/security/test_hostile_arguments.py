"""Every text that a function of obs takes, filled with what could break out of a statement. From the catalog, so that
new functions are attacked as they appear; each is called by the least role that may."""

from __future__ import annotations

import json
from typing import Any

from psycopg import sql

from security.attempts import catalog
from support.db import Db
from support.tenants import outcome

# The least role first.
LADDER = ("bound writer", "reader", "bi", "reviewer", "forwarder", "cron", "ops", "admin")

HOSTILE = (
    "'; drop schema obs cascade; --",
    "' || pg_sleep(9) || '",
    'a"b\'c$$d$x$e',
    "$obs$; select 1/0; $obs$",
    "%I %s %L %1$s %%",
    "%",
    "\\'; select 1; --\\",
    "E'\\x27'",
    "{a,b,\"c",
    "(1,2)",
    "[1,{\"a\":",
    "\u202e\u200b\u200fevil\u2066\ufeff",
    "\x1b[2J\r\n\t\x07\x7f\x85\u2028",
    "pg_temp.evil()",
    "obs.tenant_peppers",
    "\"Quoted\".\"na\"\"me\"",
    "../../etc/passwd",
    "(((((((((a+)+)+)+)+)+",
    "infinity",
    "",
)  # fmt: skip
BIG = "x'\" %" * 200_000

# Answers that mean that a value became part of a statement, or that obs did not expect it.
BROKE_OUT = {
    "42601", "42P01", "42883", "42703", "42704", "42846", "42P02", "42P18", "42804", "42725", "42702", "22P06", "XX000",
    "P0001", "P0002", "P0003", "P0004", "2F005", "57014", "0A000", "39000", "22004", "23502", "2201B", "22025", "22012",
}  # fmt: skip
# A login to map that does not exist is told so, in the words of the server.
OWN_ANSWERS = {("grant_access", "42704"), ("revoke_access", "42704")}
LONGEST_ERROR = 2000

USUAL = {
    "text": "a", "name": "test_reader_a", "jsonb": "{}", "timestamp with time zone": "2026-11-01T00:00:00Z",
    "bigint": "1", "integer": "1", "numeric": "1", "double precision": "0.5", "boolean": "true", "real": "0.5",
    "uuid": "00000000-0000-0000-0000-000000000001", "regclass": "pg_class", "interval": "1 day", "date": "2026-11-01",
    "text[]": "{}", "numeric[]": "{1}", "integer[]": "{1}", "bigint[]": "{1}", "time without time zone": "01:00",
}  # fmt: skip
BY_NAME = {"p_run_id": "alpha-run", "p_tenant_id": "a", "p_stage": "alpha-stage", "p_vendor": "alpha-vendor"}

FUNCTIONS = """
    select p.oid::regprocedure::text as signature, p.proname, p.oid, p.provolatile,
        coalesce(p.proargnames[1:p.pronargs], '{}') as names,
        array(select t::regtype::text from unnest(p.proargtypes::oid[]) with ordinality u (t, o) order by o) as types
    from pg_proc p where p.pronamespace = 'obs'::regnamespace and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
      and p.proname !~ '^_cron_(drop|put|jobs|schedule)'  -- these need pg_cron: see tests/cron
    order by 1"""


def least_role(db: Db, cast: dict[str, str], function: Any) -> str | None:
    for role in LADDER:
        if db.one("select has_function_privilege(%s, %s, 'execute')", (cast[role], function.oid)):
            return role
    return None


def taking(kind: str, value: str) -> list[str]:
    """The hostile word as a value of an argument's type."""
    if kind in ("text", "name"):
        return [value]
    if kind == "text[]":
        return ["{" + json.dumps(value) + "}"]
    if kind == "jsonb":
        return [json.dumps(value), json.dumps([value]), json.dumps({value: value, "run_id": value, "tenant_id": value,
                "event": value, "stage": value, "extra": {value: [value]}}),
                json.dumps([{"run_id": value, "tenant_id": value, "ts": value, "event": value, "logger": value,
                             "cost_usd": value, "event_id": value, "extra": {value: value}}])]  # fmt: skip
    return []


def try_all(db: Db, cast: dict[str, str], words: tuple[str, ...]) -> tuple[int, list[str]]:
    sessions: dict[str, Db] = {}
    called, wrong = 0, []
    for function in db.rows(FUNCTIONS):
        role = least_role(db, cast, function)
        if role is None:
            continue
        if role not in sessions:
            sessions[role] = db.login(cast[role], options="-c statement_timeout=10s")
            sessions[role].conn.autocommit = False
        session = sessions[role]
        usual = [
            BY_NAME.get(name, USUAL.get(kind, "a")) for name, kind in zip(function.names, function.types, strict=True)
        ]
        for place, kind in enumerate(function.types):
            for word in words:
                for value in taking(kind, word):
                    given = [*usual[:place], value, *usual[place + 1 :]]
                    holders = sql.SQL(", ").join(sql.SQL("%s::" + one) for one in function.types)
                    query = sql.SQL("select * from obs.{}({})").format(sql.Identifier(function.proname), holders)
                    state, told = outcome(session, query, given)
                    session.conn.rollback()
                    called += 1
                    if state in BROKE_OUT and (function.proname, state) not in OWN_ANSWERS:
                        wrong.append(
                            f"{role}: {function.signature} {function.names[place]}={value[:40]!r}: {state} {told[:160]}"
                        )
                    if len(told) > LONGEST_ERROR and state != "00000":
                        wrong.append(f"{role}: {function.signature} answers an error of {len(told)} characters")
    return called, wrong


def test_no_word_breaks_out_of_any_function(crowded: Db, cast: dict[str, str], unharmed) -> None:
    before = catalog(crowded)
    called, wrong = try_all(crowded, cast, HOSTILE)
    print(f"{called} hostile calls")
    assert not wrong, "\n".join(wrong)
    assert called > 1000
    assert catalog(crowded) == before
    unharmed()


def test_a_megabyte_is_an_answer_not_a_wait(crowded: Db, cast: dict[str, str], unharmed) -> None:
    called, wrong = try_all(crowded, cast, (BIG,))
    print(f"{called} calls of a megabyte")
    assert not wrong, "\n".join(wrong)
    assert called > 50
    unharmed()
