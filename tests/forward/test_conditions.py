"""Conditions that users registered: read by the forwarder, read-only, with a timeout, each for itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from obs_client import wire
from obs_client.forward import Forwarder, conditions
from support.db import Db
from support.outbox import wait_until
from support.pipeline import refused
from support.receivers import Receiver

from .conftest import webhook

COLUMNS = "'a'::text as tenant_id, 'x'::text as subject, 3::numeric as value, 2::numeric as threshold"


@pytest.fixture
def forwarder(db: Db, monkeypatch: pytest.MonkeyPatch) -> Iterator[wire.Connection]:
    monkeypatch.setattr(conditions, "TIMEOUT_MS", 200)
    db.execute("select obs.create_tenant('a')")
    db.execute("create schema host")
    db.execute("grant usage on schema host to obs_forwarder")
    with wire.connect(db.dsn_for("test_forwarder")) as conn:
        yield conn


def register(db: Db, code: str, verdict: str = "'breach'::text", more: str = "", grant: bool = True) -> None:
    name = f"host.c{code[3:]}"
    db.execute(f"create view {name} as select {COLUMNS}, {verdict} as verdict, 'stale'::text as summary {more}")
    if grant:
        db.execute(f"grant select on {name} to obs_forwarder")
    db.execute("select obs.register_condition(%s, 'Mine', %s::regclass)", (code, name))


def active(db: Db) -> dict[str, str]:
    return dict(db.rows("select alert_code, tenant_id from obs.alert_active order by 1"))


def errors(db: Db) -> dict[str, str | None]:
    return dict(db.rows("select alert_code, error_sqlstate from obs.alert_rules where is_user_defined order by 1"))


def test_a_view_of_ones_own_fires_and_ends(db: Db, forwarder: wire.Connection) -> None:
    register(db, "MY-1")
    conditions.evaluate(forwarder)
    assert active(db) == {"MY-1": "a"}
    db.execute(f"create or replace view host.c1 as select {COLUMNS}, 'ok'::text as verdict, 'fresh'::text as summary")
    conditions.evaluate(forwarder)
    assert active(db) == {}


def test_one_that_fails_and_one_that_sleeps_hinder_no_other(db: Db, forwarder: wire.Connection) -> None:
    register(db, "MY-1", "(1 / 0)::text")
    register(db, "MY-2", more="from pg_sleep(5)")
    register(db, "MY-3")
    conditions.evaluate(forwarder)
    assert active(db) == {"MY-3": "a"}
    assert errors(db) == {"MY-1": "22012", "MY-2": "57014", "MY-3": None}
    db.execute("select obs.evaluate_alerts()")
    assert set(active(db)) == {"MY-3", "WD-09"}, "a broken rule is an alert of obs itself"


def test_one_that_writes_is_stopped(db: Db, forwarder: wire.Connection) -> None:
    db.execute("create table host.hits (n int)")
    db.execute("grant insert on host.hits to obs_forwarder")
    db.execute("""create function host.hit() returns text language sql volatile as
        'insert into host.hits values (1) returning ''breach''::text'""")
    db.execute("grant execute on function host.hit() to obs_forwarder")
    register(db, "MY-1", "host.hit()")
    conditions.evaluate(forwarder)
    assert errors(db) == {"MY-1": "25006"}
    assert db.one("select count(*) from host.hits") == 0


def test_rows_of_nobody_and_unknown_verdicts_are_passed_over(db: Db, forwarder: wire.Connection) -> None:
    register(db, "MY-1", "'maybe'::text")
    strangers = COLUMNS.replace("'a'", "'nobody'")
    db.execute("drop view host.c1")
    db.execute(f"create view host.c1 as select {strangers}, 'breach'::text as verdict, ''::text as summary")
    db.execute("grant select on host.c1 to obs_forwarder")
    conditions.evaluate(forwarder)
    assert active(db) == {}


@pytest.mark.parametrize(
    ("call", "state", "said"),
    [
        ("obs.register_condition('my', 'x', 'host.good')", "22023", "my"),
        ("obs.register_condition('CR-02', 'x', 'host.good')", "22023", "built in"),
        ("obs.register_condition('MY-1', 'x', 'host.good', 'loud')", "22023", "loud"),
        ("obs.register_condition('MY-1', 'x', 'host.thin')", "22023", "verdict text"),
        ("obs.register_condition('MY-1', 'x', 'host.secret')", "42501", "obs_forwarder"),
        ("obs.report_condition('CR-02', '[]')", "OB011", "CR-02"),
    ],
)
def test_what_cannot_be_a_condition(db: Db, forwarder: wire.Connection, call: str, state: str, said: str) -> None:
    db.execute(f"create view host.good as select {COLUMNS}, 'ok'::text as verdict, ''::text as summary")
    db.execute("create view host.secret as select * from host.good")
    db.execute(f"create view host.thin as select {COLUMNS}")
    db.execute("grant select on host.good, host.thin to obs_forwarder")
    error = refused(db.execute, f"select {call}")
    assert (error.sqlstate, said in str(error)) == (state, True)


def test_one_that_was_changed_to_other_types_hinders_no_other(db: Db, forwarder: wire.Connection) -> None:
    for code in ("MY-1", "MY-2", "MY-3"):
        register(db, code)
    db.execute("drop view host.c1")
    db.execute("""create view host.c1 as select 'a'::text as tenant_id, 'x'::text as subject, 'much'::text as value,
        array[1] as threshold, 'breach'::text as verdict, 'stale'::text as summary""")
    db.execute("grant select on host.c1 to obs_forwarder")
    db.execute("alter view host.c2 rename to gone")
    conditions.evaluate(forwarder)
    assert active(db) == {"MY-3": "a"}
    assert errors(db) == {"MY-1": "22P02", "MY-2": "42P01", "MY-3": None}


def test_what_a_view_sets_for_the_session_does_not_stay(db: Db, forwarder: wire.Connection) -> None:
    db.execute("""create function host.sets() returns text language sql volatile as
        $$ select case when set_config('search_path', 'host', false) = 'host' then 'breach' end $$""")
    db.execute("grant execute on function host.sets() to obs_forwarder")
    register(db, "MY-1", "host.sets()")
    before = forwarder.execute("show search_path").fetchone()
    conditions.evaluate(forwarder)
    assert active(db) == {"MY-1": "a"}
    assert forwarder.execute("show search_path").fetchone() == before


def test_of_texts_without_end_no_more_than_is_kept_is_fetched(
    db: Db, forwarder: wire.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(db, "MY-1")
    db.execute(f"""create or replace view host.c1 as select {COLUMNS}, 'breach'::text as verdict,
        repeat('long ', 1000000) as summary, repeat('more', 1000000) as more""")
    fetched: list[int] = []
    taken = conditions.Jsonb
    monkeypatch.setattr(conditions, "Jsonb", lambda rows: fetched.append(len(str(rows))) or taken(rows))
    conditions.evaluate(forwarder)
    assert active(db) == {"MY-1": "a"}
    assert fetched[0] < 2000


def test_one_that_cannot_be_stopped_holds_up_neither_beats_nor_ticks(
    db: Db,
    forwarder: wire.Connection,
    monkeypatch: pytest.MonkeyPatch,
    hook: Receiver,
    run_forwarder: Callable[..., Forwarder],
) -> None:
    stuck = threading.Event()
    monkeypatch.setattr(conditions, "evaluate", lambda conn: stuck.wait(30))
    try:
        run_forwarder(settings={"ticks": True}, slack=webhook(hook))
        wait_until(lambda: db.one("select runs > 0 from obs.jobs where job = 'tick'"), what="a tick")
        db.execute("update obs.jobs set last_success_at = now() - interval '5 minutes', runs = 0 where job = 'tick'")
        wait_until(lambda: db.one("select runs > 0 from obs.jobs where job = 'tick'"), what="another tick")
    finally:
        stuck.set()
