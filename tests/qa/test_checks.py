"""What a machine says of a domain, an about text, contacts and a rationale; unknown where it cannot know."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import line, refused
from support.samples import checks, finish, scored


def domain(db: Db, name: str | None, resolved: bool | None = True, unresolved: bool | None = None) -> str:
    verdict: str = db.one("select obs._domain_check(%s, true, %s, %s, 'h') ->> 'verdict'", (name, resolved, unresolved))
    return verdict


@pytest.mark.parametrize(
    "name",
    [
        *(
            "acme.com",
            "a-b.co.uk",
            "www.acme.io",
            "xn--mller-kva.de",
            "müller.de",
            "例え.テスト例",
            "3m.com",
            "ACME.COM",
            "acme.com.",
        ),
        *("https://acme.com/about?x=1", "http://acme.com:8080", "go.givecampus.com", "例え。日本"),
    ],
)
def test_domains_of_companies_pass(db: Db, name: str) -> None:
    assert domain(db, name) == "pass"


@pytest.mark.parametrize(
    "name",
    [
        *("", "  ", "acme", "localhost", "10.0.0.1", "[::1]", "::1", "jane@acme.com", "acme..com"),
        *("-acme.com", "acme-.com", "n/a", "none", "ac me.com", "acme.c"),
        *("acme.123", "a" * 64 + ".com", "a." * 130 + "com", "acme.local", "acme.example"),
        *("acme_inc.com", "acme\u200b.com", "acme.com\u00a0x", "ａcme＠x.com", "acme,com"),
    ],
)  # fmt: skip
def test_what_is_no_domain_fails(db: Db, name: str) -> None:
    assert domain(db, name) == "fail"


def test_the_crawl_says_whether_a_domain_resolves(db: Db) -> None:
    codes = {
        "dns": "DNS_FAILURE", "nx": "NXDOMAIN", "http": "HTTP_404", "refused": "CONNECT_FAILED", "slow": "TIMEOUT",
        "tls": "TLS_ERROR", "robots": "ROBOTS_BLOCKED", "login": "HTTP_401",
    }  # fmt: skip
    more: list[Any] = [
        line("r1", event="error", stage="crawl", company_id=name, error_code=code, extra={"domain": f"{name}.acme.com"})
        for name, code in codes.items()
    ]
    more += [line("r1", stage="score", company_id=name, extra={"bucket": "High"}) for name in [*codes, "ok"]]
    more += [line("r1", stage="crawl", company_id="ok", extra={"domain": "ok.com"})]
    scored(db, more=more)
    finish(db)
    found = {name: checks(db, name)["domain"]["verdict"] for name in [*codes, "ok"]}
    assert found == {
        "dns": "fail", "nx": "fail", "http": "pass", "refused": "unknown", "slow": "unknown", "tls": "pass",
        "robots": "pass", "login": "pass", "ok": "pass",
    }  # fmt: skip


def about(db: Db, text: str | None, name: str | None = None, site: str | None = None, what: str = "") -> str:
    verdict: str = db.one(
        "select obs._about_check(%s, true, null, %s, %s, %s, 'h') ->> 'verdict'", (text, name, site, what)
    )
    return verdict


SHIPS = "Our freight desk books containers on sea lanes and tracks each vessel for the shippers of bulk cargo."


def test_about_texts(db: Db) -> None:
    assert about(db, None) == about(db, " \n") == "fail"
    assert about(db, SHIPS, what="Logistics, freight, harbours") == "pass"
    assert about(db, SHIPS + " Portside it is.", name="Port-Side Inc") == "pass", "it names the company"
    assert about(db, "Wir von Kaltwasser verschiffen Fracht", site="kaltwasser.de") == "pass", "it names the domain"
    assert about(db, SHIPS, name="Acme", what="oncology hospitals patients diagnostics") == "fail"
    assert about(db, SHIPS) == "unknown", "nothing is known to compare it with"
    assert (
        about(db, "Wir verschiffen Container auf hoher See durch alle Meere", what="oncology hospital patients")
        == "unknown"
    )
    assert about(db, "Coming soon", what="oncology hospital patients") == "unknown"


def test_lengths_in_the_log_are_facts_where_no_text_is_shown(db: Db) -> None:
    lengths = {"empty": 0, "long": 200}
    more: list[Any] = [
        line("r1", stage="score", company_id=name, extra={"bucket": "High", "about_len": n, "rationale_len": n})
        for name, n in lengths.items()
    ]
    scored(db, high=1, more=more)
    finish(db)
    for check in ("about", "rationale"):
        assert checks(db, "empty")[check]["verdict"] == "fail"
        assert checks(db, "long")[check]["verdict"] == "unknown"
        assert checks(db, "long")[check]["length"] == 200
        assert checks(db, "h0")[check]["verdict"] == "unknown"


def contacts(db: Db, found: list[Any], tenant: str = "a") -> str:
    verdict: str = db.one("select obs._contacts_check(%s, %s, null) ->> 'verdict'", (tenant, Jsonb(found)))
    return verdict


def test_contacts_of_the_host(db: Db) -> None:
    db.call("load_webmail_domains", domains=["GMail.com", "mail.example.co.uk"])
    assert contacts(db, []) == "fail"
    assert contacts(db, ["jane@acme.com"]) == "pass"
    assert contacts(db, [{"email": "jane@acme.com", "status": "invalid"}]) == "fail"
    assert contacts(db, [{"email": "jane@acme.com", "status": "Verified"}]) == "pass"
    assert contacts(db, [{"email_hash": "h1:0", "domain": "acme.com", "status": "valid"}]) == "pass"
    assert contacts(db, [{"email_hash": "h1:0", "status": "valid"}]) == "unknown", "of what domain, nobody said"
    assert contacts(db, ["not an address"]) == "fail"
    for webmail in ("j@gmail.com", "j@GMAIL.COM", "j@x.gmail.com", "j@mail.example.co.uk"):
        assert contacts(db, ["jane@acme.com", webmail]) == "fail", webmail
    assert contacts(db, ["jane@notgmail.com"]) == "pass"
    db.execute("select obs.set_setting('webmail_policy', '\"allow\"')")
    assert contacts(db, ["jane@acme.com", "j@gmail.com"]) == "pass"
    assert contacts(db, ["j@gmail.com"]) == "fail", "one business address is needed whatever the policy"


def test_a_tenant_s_own_list_is_a_list_of_its_own(db: Db, tenants: tuple[str, str]) -> None:
    db.call("load_webmail_domains", domains=["post.example.org"], tenant_id="a")
    assert contacts(db, ["jane@acme.com"]) == "pass"
    assert contacts(db, ["jane@post.example.org", "jane@acme.com"]) == "fail"
    assert contacts(db, ["jane@acme.com"], "b") == "unknown"


def test_the_newest_domain_of_a_company_counts(db: Db) -> None:
    said = [
        line("r1", stage="crawl", company_id="h0", extra={"domain": f"{name}.com"}, ts=f"2099-01-01T00:00:0{second}Z")
        for second, name in ((2, "old"), (4, "new"), (3, "between"))
    ]
    db.set_now("2099-01-01 00:00:01+00")
    scored(db, high=1, more=said)
    assert db.one("select domain from obs._qa_facts('a', 'r1', '{h0}')") == "new.com"


def test_without_a_list_nobody_knows_what_is_webmail(db: Db) -> None:
    assert contacts(db, ["jane@acme.com"]) == "unknown"
    db.execute("select obs.set_setting('webmail_policy', '\"allow\"')")
    assert contacts(db, ["jane@acme.com"]) == "pass"
    assert refused(db.execute, "select obs.set_setting('webmail_policy', '\"maybe\"')").sqlstate == "22023"


def test_a_tenant_s_own_list_is_its_own(db: Db, tenants: tuple[str, str]) -> None:
    db.call("load_webmail_domains", domains=["acme.com"], tenant_id="a")
    assert contacts(db, ["jane@acme.com"], "a") == "fail"
    assert contacts(db, ["jane@acme.com"], "b") == "unknown"


def test_e_mail_results_in_the_log(db: Db) -> None:
    given: dict[str, list[dict[str, Any]]] = {
        "good": [{"email_status": "valid", "webmail": False}, {"email_status": "invalid", "webmail": False}],
        "unsaid": [{"email_status": "unknown"}],
        "bad": [{"email_status": "invalid"}, {"email_status": "invalid"}],
        "private": [{"email_status": "valid", "webmail": True}, {"email_status": "valid", "webmail": False}],
        "none": [],
    }
    more: list[Any] = [
        line("r1", stage="zerobounce", company_id=name, extra=one) for name, all_of in given.items() for one in all_of
    ]
    more += [line("r1", stage="score", company_id=name, extra={"bucket": "High"}) for name in given]
    scored(db, more=more)
    finish(db)
    found = {name: checks(db, name)["contacts"]["verdict"] for name in given}
    assert found == {"good": "pass", "unsaid": "unknown", "bad": "fail", "private": "fail", "none": "unknown"}


def rationale(db: Db, text: str | None, signals: str | None = None, shared: int = 0) -> str:
    verdict: str = db.one(
        "select obs._rationale_check(%s, true, null, %s, %s, 'h') ->> 'verdict'", (text, signals, shared)
    )
    return verdict


def test_rationales(db: Db) -> None:
    text = "They hire data engineers for Kafka pipelines and opened a second warehouse in Lyon."
    assert rationale(db, None) == rationale(db, "") == rationale(db, "Good fit.") == "fail"
    assert rationale(db, text, '["uses Kafka", "hiring"]') == "pass"
    assert rationale(db, text, '{"uses_kafka": true}') == "pass"
    assert rationale(db, text, '["oncology trial"]') == "fail"
    assert rationale(db, text) == "unknown"
    german = "Sie suchen Ingenieure für Datenströme und haben ein zweites Lager eröffnet."
    assert rationale(db, german, '["oncology trial"]') == "unknown", "nobody can compare words of two languages"
    assert rationale(db, text, '["uses Kafka"]', shared=2) == "fail"


def test_a_rationale_that_others_have_word_for_word(db: Db, host: Any) -> None:
    host.register()
    same = "A strong fit  for our product because of Kafka."
    texts = {
        "c1": same,
        "c2": f" {same.upper().replace('  ', chr(10))} ",
        "c3": "They run Kafka in three regions of the Alps.",
    }
    host.put(
        {"company_id": name, "bucket": "High", "rationale": text, "signals": ["Kafka"]} for name, text in texts.items()
    )
    scored(db)
    finish(db)
    assert [checks(db, name)["rationale"]["verdict"] for name in texts] == ["fail", "fail", "pass"]


def test_the_pipeline_s_own_samples_are_facts_of_their_companies(db: Db) -> None:
    told = line(
        "r1", event="qa_sample", stage=None, logger="obs.qa", company_id="h0", status="needs_review",
        extra={"bucket": "High", "domain": "acme.com", "about_len": 143},
    )  # fmt: skip
    scored(db, high=2, more=[told, line("r1", stage="crawl", company_id="h0")])
    finish(db)
    found = checks(db, "h0")
    assert (found["domain"]["verdict"], found["about"]["length"]) == ("pass", 143)


def test_every_check_has_verdict_reason_and_author(db: Db) -> None:
    scored(db, high=3)
    finish(db)
    found = db.rows("select c.key, c.value from obs.qa_samples s, jsonb_each(s.checks) c")
    assert {row.key for row in found} == {"domain", "about", "contacts", "rationale"}
    assert all(row.value["by"] == "machine" and row.value["reason"] for row in found)
    assert {row.value["verdict"] for row in found} == {"unknown"}


def test_loading_the_list_twice_changes_nothing(db: Db) -> None:
    admin = db.login("test_admin")
    assert admin.call("load_webmail_domains", domains=["gmail.com", "GMAIL.com", "web.de"]) == 2
    assert admin.call("load_webmail_domains", domains=["gmail.com", "web.de"]) == 0
    for bad, said in (
        (["gmail.com", "not a domain"], "'not a domain' is no domain"), ([None], "NULL is no domain"),
        (["jane@gmail.com"], "'jane@gmail.com' is no domain"), (None, "no list of domains was given"),
    ):  # fmt: skip
        error = refused(admin.call, "load_webmail_domains", domains=bad)
        assert (error.sqlstate, said in str(error)) == ("22023", True), str(error)
    assert db.one("select count(*) from obs.webmail_domains") == 2
    assert refused(db.login("test_ops").call, "load_webmail_domains", domains=["x.de"]).sqlstate == "42501"
