"""Forms: none is taken without the key of its session; what they do is what the SQL functions do."""

from __future__ import annotations

import re

import httpx
import pytest

from obs_client import web
from support.db import Db
from support.web import Form, Site, forms, links, text_of

START = ("/", "/qa", "/slo", "/login")


def crawled(page: httpx.Client) -> dict[str, Form]:
    """Every form that sends something, on every page that can be reached, by where it goes."""
    found: dict[str, Form] = {}
    waiting, seen = list(START), set(START)
    while waiting:
        answer = page.get(waiting.pop())
        if "text/html" not in answer.headers["content-type"]:
            continue
        found |= {form.action: form for form in forms(answer.text) if form.method == "post"}
        for link in links(answer.text):
            path = link.split("#")[0]
            if path.startswith("/") and not path.startswith("/export/") and path not in seen:
                seen.add(path)
                waiting.append(path)
    return found


def shape(action: str) -> str:
    """/alerts/7/steps/2 as /alerts/{}/steps/{}."""
    path = action.split("?")[0]
    path = re.sub(r"^/qa/[^/]+/[^/]+$", "/qa/{}/{}", path)
    return re.sub(r"/[0-9]+", "/{}", path)


def test_every_form_is_refused_without_the_key_of_its_session(site: Site, world: Db) -> None:
    page, other = site.page("test_ops"), site.page("test_ops")
    all_forms = crawled(page)
    by_shape = {shape(action): form for action, form in all_forms.items()}
    included = [getattr(part, "original_router", part) for part in web.create_app(site.options).routes]
    routes = [route for part in included for route in getattr(part, "routes", [part])]
    taking = {re.sub(r"\{[^}]*\}", "{}", route.path) for route in routes if "POST" in (route.methods or ())}
    assert set(by_shape) == taking
    assert set(by_shape) == {
        "/login", "/logout", "/qa/claim", "/qa/{}/{}", "/alerts/{}/ack", "/alerts/{}/steps/{}",
    }  # fmt: skip
    before = state(world)
    strange = forms(other.get("/").text)[0].fields["form_key"]
    for where, form in by_shape.items():
        for key in ({}, {"form_key": ""}, {"form_key": "0" * 64}, {"form_key": strange}, {"form_key": "\N{SNOWMAN}"}):
            fields = {name: value for name, value in form.fields.items() if name != "form_key"}
            answer = page.post(form.action, data={**fields, "result": "pass", **key})
            assert answer.status_code == 403, (where, key)
            assert "form" in answer.text
        without_cookie = site.api("test_ops").post(form.action, data=form.fields)
        assert without_cookie.status_code == (403 if where in ("/login", "/logout") else 401), where
    assert state(world) == before
    assert page.get("/").status_code == 200  # nobody was logged out


def state(world: Db) -> list[object]:
    return [
        world.rows("select company_id, result, revision, claimed_by from obs.qa_samples order by tenant_id, run_id, 1"),
        world.rows("select alert_id, acked_at, acked_by, ack_note from obs.alerts order by alert_id"),
        world.rows("select t::text from obs.runbook_ticks t order by 1"),
    ]


@pytest.fixture
def reviewer(site: Site) -> httpx.Client:
    return site.page("test_reviewer_a")


def test_a_reviewer_lands_at_the_worklist(reviewer: httpx.Client) -> None:
    assert reviewer.get("/").headers["location"] == "/qa"


def test_a_review_changes_the_pass_rate_that_the_page_shows(reviewer: httpx.Client, world: Db) -> None:
    before = reviewer.get("/qa?run_id=a-qa").text
    assert text_of(before.split("data-rate>")[1].split("<")[0]) == "–"
    for company, result in (("c1", "pass"), ("c2", "pass"), ("c3", "fail")):
        url = f"/qa/a-qa/{company}?tenant_id=a"
        (form,) = (form for form in forms(reviewer.get(url).text) if form.action.startswith("/qa/"))
        said = {"result": result, "notes": "ask jo@example.com", "about": "fail"}
        answer = reviewer.post(form.action, data={**form.fields, **said})
        assert (answer.status_code, answer.headers["location"]) == (303, "/qa?run_id=a-qa&tenant_id=a")
    rate = reviewer.get("/qa?run_id=a-qa").text.split("data-rate>")[1].split("<")[0]
    assert rate == "66.7 %"
    assert world.one("select round(pass_rate, 3) from obs.qa_run_status where run_id = 'a-qa'") == pytest.approx(
        world.one("select 0.667")
    )
    sample = world.row("select * from obs.qa_samples where run_id = 'a-qa' and company_id = 'c1'")
    assert (sample.result, sample.reviewer, sample.revision) == ("pass", "test_reviewer_a", 2)
    assert sample.checks["about"]["verdict"] == "fail"
    assert sample.checks["domain"]["by"] == "machine"
    assert "jo@example.com" not in sample.notes


def test_a_sample_is_shown_again_after_its_review(reviewer: httpx.Client, world: Db) -> None:
    checks = {"about": {"verdict": "fail"}, "domain": {"verdict": "pass", "reason": "it is theirs"}}
    world.call("qa_review", run_id="a-qa", company_id="c8", result="pass", tenant_id="a", checks=checks)
    shown = reviewer.get("/qa/a-qa/c8")
    assert shown.status_code == 200
    assert "says pass: it is theirs" in text_of(shown.text)


def test_who_was_slower_is_shown_what_the_other_said_and_keeps_what_was_entered(
    reviewer: httpx.Client, world: Db
) -> None:
    (form,) = (form for form in forms(reviewer.get("/qa/a-qa/c5").text) if form.action.startswith("/qa/"))
    world.call("qa_review", run_id="a-qa", company_id="c5", result="fail", tenant_id="a")
    said = {"result": "pass", "notes": 'mine <script>alert("x")</script>', "contacts": "unknown"}
    answer = reviewer.post(form.action, data={**form.fields, **said})
    assert answer.status_code == 409
    assert "reviewed it as fail" in text_of(answer.text)
    assert "mine &lt;script&gt;" in answer.text
    (again,) = (form for form in forms(answer.text) if form.action.startswith("/qa/"))
    assert (again.fields["result"], again.fields["contacts"], again.fields["revision"]) == ("pass", "unknown", "2")


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"result": "maybe"}, "pass, fail"), ({"result": ""}, "pass, fail"),
     ({"result": "pass", "revision": "x"}, "not whole"),
     ({"result": "pass", "domain": "perhaps"}, "domain"), ({"result": "pass", "notes": "\0"}, "parameter")],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence_and_nothing_changes(
    reviewer: httpx.Client, world: Db, changes: dict[str, str], word: str
) -> None:
    (form,) = (form for form in forms(reviewer.get("/qa/a-qa/c6").text) if form.action.startswith("/qa/"))
    answer = reviewer.post(form.action, data={**form.fields, **changes})
    assert answer.status_code == 400
    assert word in answer.text
    assert world.one("select revision from obs.qa_samples where run_id = 'a-qa' and company_id = 'c6'") == 1


def test_the_next_company_is_claimed_and_anothers_claim_is_respected(reviewer: httpx.Client, world: Db) -> None:
    (form,) = (form for form in forms(reviewer.get("/qa").text) if form.action == "/qa/claim")
    where = reviewer.post("/qa/claim", data=form.fields).headers["location"]
    company = where.split("?")[0].rsplit("/", 1)[1]
    claimed = "select claimed_by from obs.qa_samples where tenant_id = 'a' and run_id = 'a-qa' and company_id = %s"
    assert world.one(claimed, (company,)) == "test_reviewer_a"
    world.execute("update obs.qa_samples set claimed_by = 'somebody' where claimed_by is not null")
    asked = reviewer.get(where)
    assert "somebody has claimed" in text_of(asked.text)
    (form,) = (form for form in forms(asked.text) if form.action.startswith("/qa/"))
    assert reviewer.post(where, data={**form.fields, "result": "pass"}).status_code == 409


def test_a_reader_may_look_and_not_review(site: Site, world: Db) -> None:
    page = site.page("test_reader_a")
    for where in ("/qa", "/qa/a-qa/c7"):
        shown = page.get(where).text
        assert [form.action for form in forms(shown)] == ["/logout"]
        assert "takes the role obs_reviewer" in shown
    fields = forms(page.get("/qa").text)[0].fields
    answer = page.post("/qa/a-qa/c7", data={**fields, "tenant_id": "a", "revision": "1", "result": "pass"})
    assert answer.status_code == 403
    assert "it takes obs_reviewer" in answer.text
    assert world.one("select revision from obs.qa_samples where run_id = 'a-qa' and company_id = 'c7'") == 1


def test_a_role_is_shown_no_link_that_it_may_not_follow(site: Site) -> None:
    reviewer = site.page("test_reviewer_a").get("/qa")
    assert [link for link in links(reviewer.text) if link in ("/slo", "/qa")] == ["/qa"]
    refused = site.page("test_reviewer_a").get("/slo")
    assert refused.status_code == 403
    assert "it takes obs_reader" in refused.text
    assert "Company c7, run a-qa" in site.page("test_reviewer_a").get("/qa/a-qa/c7").text
    assert {"/slo", "/qa"} <= set(links(site.page("test_reader_a").get("/").text))


def test_a_run_under_way_has_a_page_and_a_forecast(site: Site, world: Db) -> None:
    world.call("start_run", tenant_id="a", run_id="a-now")
    world.call("set_metric", run_id="a-now", name="candidates_post", value=100, tenant_id="a")
    page = site.page("test_reader_a")
    assert "Under way" in page.get("/runs/a-now").text
    assert "a-now" in page.get("/").text.split("Under way")[1]
    world.call("finish_run", run_id="a-now", tenant_id="a")
