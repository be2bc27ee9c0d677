"""Back-tests by hand: other numbers over the same nights, whose they are, how many messages that would have been."""

from __future__ import annotations

from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb

from support.alerts import Watch
from support.db import Db
from support.pipeline import refused
from support.stories import OBS, Story, fixture_of

RATES = (0.1, 0.28, 0.33, 0.1, 0.6, 0.45, 0.1)


def night(number: int, hour: int = 1) -> str:
    return f"2026-03-{2 + number:02} {hour:02}:00:00+00"


def seven_nights(db: Db) -> None:
    """Seven nights of tenant a with crawl error rates RATES, judged and told at once."""
    db.execute("select obs.create_tenant('a')")
    db.execute("delete from obs.notification_routes")
    db.execute("insert into obs.notification_routes (route_name, channel) values ('default', 'mail')")
    db.execute("insert into obs.cluster (identity) values ('test') on conflict do nothing")
    watch = Watch(db)
    for number, rate in enumerate(RATES):
        watch.at(night(number))
        watch.run(crawl=(100, round(rate * 100)))
        watch.evaluate()


seven = fixture_of(Story("seven", seven_nights, after=OBS))


@pytest.fixture
def week(seven: Db) -> Db:
    """The seven nights; then it is noon."""
    Watch(seven).at(night(len(RATES) - 1, 12))
    return seven


def moves(db: Db, code: str = "CR-02", **arguments: object) -> list[tuple[int, str, str]]:
    """Night, state that was entered and reason of each move of a back-test."""
    arguments = {"p_since": "-infinity", **arguments}
    named = ", ".join(f"{name} => %({name})s" for name in arguments)
    query = f"select extract(day from at)::int - 2, to_state, reason from obs.backtest(%(code)s, {named})"
    given = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in arguments.items()}
    return [tuple(row) for row in db.rows(query, {"code": code, **given})]


def sweep(
    db: Db, values: list[float | None], name: str = "threshold", code: str = "CR-02", **more: object
) -> list[object]:
    query = """select value, firings, resolutions, still_open, extract(epoch from median_duration) / 3600 as hours,
        notifications, notifications_per_week
        from obs.backtest_sweep(%s, %s, %s::numeric[], '-infinity', p_params => %s)"""
    return [tuple(row) for row in db.rows(query, (code, name, values, Jsonb(more)))]


def test_without_other_numbers_it_is_what_happened(week: Db) -> None:
    assert moves(week) == [
        (2, "firing", "breach"),
        (3, "resolved", "clean"),
        (4, "firing", "breach"),
        (5, "firing", "milder"),
        (6, "resolved", "clean"),
    ]


def test_a_lower_threshold_fires_earlier(week: Db) -> None:
    assert moves(week, p_params={"threshold": 0.25})[:2] == [
        (1, "firing", "breach"),
        (2, "firing", "breached in the next run too"),
    ]
    first = week.rows("""select at::text, round(value, 2), threshold, severity
        from obs.backtest('CR-02', '-infinity', p_params => '{"threshold": 0.25}')""")[0]
    assert tuple(map(str, first)) == (night(1), "0.28", "0.25", "warning")


def test_a_limit_of_escalation_and_of_the_sample_count_too(week: Db) -> None:
    assert (4, "firing", "milder") not in moves(week, p_params={"escalate_at": 0.65})
    assert [move for move in moves(week, p_params={"min_sample": 101}) if move[1] == "firing"] == []


def test_a_threshold_said_again_changes_nothing(week: Db) -> None:
    for same in ({"threshold": 0.3}, {"for_s": 0}, {"repeat_s": 60}):
        assert moves(week, p_params=same) == moves(week), same


def test_times_can_be_tried(week: Db) -> None:
    assert moves(week, p_params={"for_s": 36 * 3600}) == [
        (2, "pending", "breach"), (3, "inactive", "clean before it fired"), (4, "pending", "breach"),
        (5, "firing", "breached for long enough"), (6, "resolved", "clean"),
    ]  # fmt: skip
    assert moves(week, p_params={"keep_firing_s": 86400 * 2})[1:3] == [
        (3, "recovering", "clean"),
        (4, "firing", "breached again"),
    ]


def test_a_rule_that_is_off_would_have_said_nothing_and_one_that_was_off_would_have(watch: Watch, week: Db) -> None:
    assert moves(week, p_params={"enabled": 0}) == []
    week.execute("select obs.set_threshold('CR-02', 'enabled', 0)")
    watch.at(night(7))
    watch.run(run="the eighth", crawl=(100, 60))
    assert moves(week)[-1][:2] == (6, "resolved")
    assert moves(week, p_params={"enabled": 1})[-1] == (7, "firing", "breach")


def test_edits_replay_as_they_were_and_close_nothing_where_other_numbers_hold_all_the_time(
    watch: Watch, db: Db
) -> None:
    watch.at(night(0))
    watch.run(crawl=(100, 40))
    db.execute("select obs.set_threshold('CR-02', 'threshold', 0.35)")
    watch.evaluate()
    assert [reason for _, _, reason in moves(db)] == ["breach", "rule changed", "no data", "breach"]
    assert [reason for _, _, reason in moves(db, p_params={"threshold": 0.3})] == ["breach"]


def test_the_state_that_held_before_is_where_it_begins(week: Db) -> None:
    assert moves(week, p_since=night(3)) == moves(week)[1:]
    assert moves(week, p_since=night(3), p_until=night(4, 0)) == [(3, "resolved", "clean")]
    assert len(week.rows("select * from obs.backtest('CR-02')")) == 5, "the last thirty days, if nothing is said"


def test_timers_run_until_the_end_and_never_into_the_future(watch: Watch, db: Db) -> None:
    db.execute("select obs.set_threshold('VQ-03', 'for_s', 3600)")
    watch.at(night(0))
    watch.observe("breach")
    assert [state for _, state, _ in moves(db, "VQ-03", p_until=night(1))] == ["pending"]
    watch.at(night(0, 3))
    assert [state for _, state, _ in moves(db, "VQ-03")] == ["pending", "firing"]
    assert watch.moves("VQ-03") == [("inactive", "pending", "breach")], "no tick has looked yet"


def test_drills_are_no_history(watch: Watch, db: Db) -> None:
    watch.at(night(0))
    watch.observe("breach", "CR-02", is_simulation=True)
    assert moves(db) == []


def test_a_sweep_counts_what_each_value_would_have_done(week: Db) -> None:
    assert sweep(week, [None, 0.25, 0.3, 0.35, 0.9]) == [
        # value, firings, resolutions, open, hours, messages, messages a week
        (None, 2, 2, 0, 36, 5, Decimal("5.4")),
        (Decimal("0.25"), 2, 2, 0, 48, 6, Decimal("6.5")),
        (Decimal("0.3"), 2, 2, 0, 36, 5, Decimal("5.4")),
        (Decimal("0.35"), 1, 1, 0, 48, 3, Decimal("3.3")),
        (Decimal("0.9"), 0, 0, 0, None, 0, 0),
    ]


def test_a_sweep_takes_any_number_and_others_beside_it(week: Db) -> None:
    assert [row[:3] for row in sweep(week, [0, 36 * 3600], "for_s", threshold=0.3)] == [(0, 2, 2), (129600, 1, 1)]
    assert [row[3] for row in sweep(week, [None], threshold=0.05)] == [1], "still open"


def told(db: Db, code: str) -> int:
    counted: int = db.one("select count(*) from obs.notifications where alert_code = %s", (code,))
    return counted


def test_messages_are_those_that_were_told(week: Db) -> None:
    assert sweep(week, [None])[0][5] == told(week, "CR-02") == 5


@pytest.mark.parametrize("code", ["CR-02", "VQ-03"], ids=["alone", "across tenants"])
def test_messages_of_a_day_looked_at_each_minute(watch: Watch, week: Db, code: str) -> None:
    week.execute("delete from obs.notifications")
    week.execute("delete from obs.alert_observations")
    for tenant in ("b", "c"):
        week.call("create_tenant", tenant_id=tenant)
    history = {
        0: ("a", "breach", {}), 2: ("b", "breach", {}), 3: ("c", "breach", {}),
        30: ("b", "breach", {"severity": "page"}),
        31: ("b", "breach", {"value": 2, "severity": "page"}), 100: ("c", "ok", {}), 101: ("a", "ok", {}),
        900: ("b", "ok", {}), 1000: ("c", "breach", {}),
    }  # fmt: skip
    for minute in range(1440):
        watch.at(f"2026-04-02 {minute // 60:02}:{minute % 60:02}:00+00")
        if minute in history:
            tenant, verdict, more = history[minute]
            watch.observe(verdict, code, tenant_id=tenant, **more)
        if minute in history or minute % 5 == 0:
            watch.flush()
    assert sweep(week, [None], code=code)[0][5] == told(week, code)


def test_each_sees_its_own_tenants(watch: Watch, db: Db, tenants: tuple[str, str]) -> None:
    for tenant in tenants:
        watch.at(night(0))
        watch.run(tenant=tenant, crawl=(100, 40))
    span = "'2000-01-01', '2100-01-01'"
    seen = "select tenant_id from obs.backtest('CR-02', {})"
    for login, expected in (
        ("test_reader_a", ["a"]),
        ("test_reader_b", ["b"]),
        ("test_reader", []),
        ("test_ops", ["a", "b"]),
    ):
        asker = db.login(login)
        assert [row.tenant_id for row in asker.rows(seen.format(span))] == expected, login
        firings = asker.one(f"select firings from obs.backtest_sweep('CR-02', 'threshold', '{{NULL}}', {span})")
        assert firings == len(expected)
    reader = db.login("test_reader_a")
    foreign = refused(reader.rows, seen.format(f"{span}, '{{}}', 'b'"))
    unknown = refused(reader.rows, seen.format(f"{span}, '{{}}', 'nobody'"))
    assert (foreign.sqlstate, unknown.sqlstate) == ("OB001", "OB001")
    assert str(foreign).replace("'b'", "#") == str(unknown).replace("'nobody'", "#")
    assert refused(reader.rows, seen.format(f"{span}, '{{}}', ''")).sqlstate == "OB001"
    assert db.login("test_ops").rows(seen.format(f"{span}, '{{}}', ''")) == []
    for nobody in ("test_writer", "test_bi", "test_forwarder"):
        assert refused(db.login(nobody).rows, seen.format(span)).sqlstate == "42501"


@pytest.mark.parametrize(
    ("call", "state", "word"),
    [
        ("backtest('XX-99')", "OB011", "XX-99"),
        ("backtest(null)", "OB011", "NULL"),
        ("backtest('CR-02', p_tenant_id => 'nobody')", "OB001", "nobody"),
        ("backtest('CR-02', now() + interval '1 day')", "22023", "cannot run from"),
        ("backtest('CR-02', null)", "22023", "NULL"),
        ("backtest('CR-02', p_params => '{\"treshold\": 1}')", "22023", "treshold"),
        ("backtest('CR-02', p_params => '{\"threshold\": \"1\"}')", "22023", "threshold"),
        ("backtest('CR-02', p_params => '{\"for_s\": -1}')", "22023", "for_s"),
        ("backtest('CR-02', p_params => '[1]')", "22023", "[1]"),
        ("backtest('CR-02', p_params => null)", "22023", "NULL"),
        ("backtest_sweep('XX-99')", "OB011", "XX-99"),
        ("backtest_sweep('CR-02', 'treshold', '{1}')", "22023", "treshold"),
        ("backtest_sweep('CR-02', null, '{1}')", "22023", ""),
        ("backtest_sweep('CR-02', 'threshold', '{NaN}')", "22023", "NaN"),
        ("backtest_sweep('CR-02', 'threshold', '{}')", "22023", "1 to 100"),
    ],
)
def test_what_cannot_be_tested_is_said_in_one_sentence(db: Db, call: str, state: str, word: str) -> None:
    error = refused(db.rows, f"select * from obs.{call}")
    assert (error.sqlstate, word in str(error)) == (state, True), str(error)


def test_a_hosts_own_condition_keeps_its_verdicts_until_a_threshold_is_tried(watch: Watch, db: Db) -> None:
    db.execute("create view public.mine as select 'a'::text as tenant_id, 's'::text as subject, 5::numeric as value, "
               "7::numeric as threshold, 'breach'::text as verdict, ''::text as summary")  # fmt: skip
    db.execute("grant select on public.mine to obs_forwarder")
    db.execute("select obs.register_condition('MY-20', 'Mine', 'public.mine')")
    watch.at(night(0))
    db.execute("select obs.report_condition('MY-20', '[{\"tenant_id\": \"a\", \"subject\": \"s\", \"value\": 5, "
               "\"threshold\": 7, \"verdict\": \"breach\"}]')")  # fmt: skip
    watch.at(night(1))
    assert [state for _, state, _ in moves(db, "MY-20", p_params={"for_s": 60})] == ["pending", "firing"]
    assert moves(db, "MY-20", p_params={"threshold": 6}) == []
