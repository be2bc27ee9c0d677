"""Settings are few, checked, and the tenant's own beats the one for all."""

from __future__ import annotations

from support.db import Db
from support.pipeline import refused

GOOD = [
    ("capture", '"all"'), ("capture", '"errors"'), ("capture", '"sample(0.1)"'), ("capture", '"sample(1)"'),
    ("capture", '{"crawl": "errors", "*": "sample(0.5)"}'), ("heartbeat_timeout_s", "10"),
    ("heartbeat_timeout_s", "86400"), ("silence_timeout_s", "60"), ("resend_window_s", "0"),
    ("resend_window_s", "604800"), ("extra_mode", '"strict"'), ("extra_mode", '"open"'),
    ("trace_url_template", '"https://traces.example/t/{trace_id}?tab=all"'),
    ("trace_url_template", '"http://localhost:3000/{trace_id}"'),
    ("pages_base_url", '"https://obs.example.com/in/"'), ("pages_base_url", '"http://[::1]:8321"'),
]  # fmt: skip

BAD = [
    ("capture", '"sometimes"'), ("capture", "5"), ("capture", "null"), ("capture", "{}"), ("capture", '{"a": "b"}'),
    ("heartbeat_timeout_s", "9"), ("heartbeat_timeout_s", "86401"), ("heartbeat_timeout_s", '"90"'),
    ("silence_timeout_s", "59"), ("silence_timeout_s", "null"), ("resend_window_s", "-1"), ("resend_window_s", "true"),
    ("extra_mode", '"loose"'), ("extra_mode", "true"), ("strict_writers", '"yes"'), ("strict_writers", "1"),
    ("trace_url_template", '"https://traces.example/"'), ("trace_url_template", '"javascript:alert({trace_id})"'),
    ("trace_url_template", '"https://{trace_id}.example/"'), ("trace_url_template", '"https://{trace_id}"'),
    ("trace_url_template", '"https://a b/{trace_id}"'), ("trace_url_template", "5"),
    ("trace_url_template", '"https://u:p@traces.example/{trace_id}"'),
    ("trace_url_template", '"https://good.example\\\\.evil.example/{trace_id}"'),
    ("trace_url_template", '"https://traces.example/<b>/{trace_id}"'),
    ("trace_url_template", '"https://traces.example/\\u202e{trace_id}"'),
    ("pages_base_url", '"https://u:p@obs.example"'), ("pages_base_url", '"https://obs.example/a b"'),
    ("pages_base_url", '"https://obs.example/\\u200b"'), ("pages_base_url", '"https://obs.example?x"'),
    ("trace_url_template", f'"https://traces.example/{"x" * 300}{{trace_id}}"'),
    ("captur", '"all"'), ("", '"all"'), (None, '"all"'),
]  # fmt: skip


def test_values_in_range_are_taken_and_others_refused(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    for tenant in ("a", None):
        for key, value in GOOD:
            db.execute("select obs.set_setting(%s, %s::jsonb, %s)", (key, value, tenant))
            assert db.one("select obs._setting('a', %s) = %s::jsonb", (key, value)) or tenant is None, (key, value)
        for key, value in BAD:
            problem = refused(db.execute, "select obs.set_setting(%s, %s::jsonb, %s)", (key, value, tenant))
            assert problem.sqlstate == "22023", (key, value)
    assert refused(db.execute, "select obs.set_setting('capture', '\"all\"', 'nobody')").sqlstate == "OB001"
    assert refused(db.execute, "select obs.set_setting('strict_writers', 'true', 'a')").sqlstate == "22023"


def test_the_tenants_own_value_beats_the_one_for_all_until_it_is_removed(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    db.execute("select obs.set_setting('silence_timeout_s', '100')")
    db.execute("select obs.set_setting('silence_timeout_s', '200', 'a')")
    in_force = "select obs._setting('a', 'silence_timeout_s')"
    assert (db.one(in_force), db.one("select obs._setting('b', 'silence_timeout_s')")) == (200, 100)
    db.execute("select obs.set_setting('silence_timeout_s', null, 'a')")
    assert db.one(in_force) == 100
    db.execute("select obs.set_setting('silence_timeout_s', null)")
    assert db.one(in_force) is None
    assert db.one("select count(*) from obs.audit_log where action = 'set_setting' and actor = 'postgres'") == 4


def test_keys_of_extra_are_names_and_kept_once(db: Db) -> None:
    db.call("create_tenant", tenant_id="a")
    for _ in range(2):
        db.call("allow_extra_key", key="about.text-1", tenant_id="a")
        db.call("allow_extra_key", key="about.text-1")
    assert db.one("select count(*) from obs.extra_keys where key = 'about.text-1'") == 2
    for bad in ("", "two words", "k" * 65, None, "a/b"):
        assert refused(db.call, "allow_extra_key", key=bad).sqlstate == "22023", bad
    assert refused(db.call, "allow_extra_key", key="x", tenant_id="nobody").sqlstate == "OB001"


def test_tenants_need_a_good_id_and_a_known_time_zone(db: Db) -> None:
    for bad in ("", "x" * 129, "a\nb", None, "jane@example.com"):
        assert refused(db.call, "create_tenant", tenant_id=bad).sqlstate == "22023", bad
    assert refused(db.call, "create_tenant", tenant_id="a", time_zone="Mars/Olympus").sqlstate == "22023"
    db.call("create_tenant", tenant_id="a", time_zone="Asia/Kolkata")
    assert db.one("select time_zone from obs.tenants") == "Asia/Kolkata"
