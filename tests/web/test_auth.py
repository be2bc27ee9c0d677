"""Who may ask: tokens, sessions, roles; and what nobody may."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable

import httpx

from obs_client.web.tokens import Signer
from support.db import Db
from support.web import Site, forms

PROTECTED = (
    "/shortlist/status",
    "/runs/a-night/stats",
    "/export/run_events.csv?run_id=a-night",
    "/export/qa.csv",
    "/metrics",
    "/",
    "/runs/a-night",
    "/alerts/1",
    "/qa",
    "/qa/a-qa/c1",
    "/slo",
)


def tampered(token: str) -> list[str]:
    """The token for another role, with another signature, cut short, and in other characters."""
    payload, stamp, signature = token.split(".")
    other = base64.urlsafe_b64encode(b'["test_ops",9999999999,"x"]').decode().rstrip("=")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    return [
        f"{other}.{stamp}.{signature}",
        f"{payload}.{stamp}.{changed}",
        f"{payload}.{stamp}",
        token[:-1],
        payload,
        "x" * 5_000,
        "\N{SNOWMAN}".encode().decode("latin-1"),
        "",
    ]


def test_nobody_reads_without_a_token(site: Site) -> None:
    anybody = site.client()
    for path in PROTECTED:
        answer = anybody.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "a-night" not in answer.text.replace("/runs/a-night", "").replace("run_id=a-night", "")


def test_a_tampered_expired_or_strange_token_is_401_everywhere(site: Site) -> None:
    good = site.token("test_reader_a")
    bad = [
        *tampered(good),
        Signer(b"another secret, just as long: 0123456789abcdef").token("test_reader_a", 600),
        site.signer.token("test_reader_a", -1),
        site.signer.session(site.signer.read_token(good), 600),
    ]
    with site.client() as client:
        for path, token in [*((path, bad[0]) for path in PROTECTED), *itertools.product(("/metrics", "/qa"), bad)]:
            answer = client.get(path, headers={"Authorization": f"Bearer {token}".strip().encode("latin-1")})
            assert answer.status_code == 401, (path, token)
        assert client.get("/qa", headers={"Authorization": f"Basic {good}"}).status_code == 401
        assert client.get("/qa", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_a_tampered_cookie_is_401_and_a_bearer_token_is_no_cookie(site: Site) -> None:
    page = site.page("test_reader_a")
    cookie = page.cookies["obs_session"]
    assert page.get("/").status_code == 200
    with site.client() as client:
        for bad in [*tampered(cookie)[:5], site.token("test_reader_a")]:
            assert client.get("/", headers={"Cookie": f"obs_session={bad}"}).status_code == 401


def test_roles_that_get_round_row_security_are_nobody(
    site: Site, world: Db, web_login: str, new_role: Callable[..., str]
) -> None:
    above = [new_role(attributes="superuser"), new_role(attributes="bypassrls"), new_role("obs_owner"), "obs_owner",
             new_role("obs_cron")]  # fmt: skip
    for role in above:
        world.execute(f"grant {role} to {web_login}")
    stranger = new_role("obs_reader")
    for role in [*above, stranger, "obs_cron", "no_such_role", "postgres", 'x"; drop role y; --', "none", ""]:
        answer = site.api(role).get("/shortlist/status")
        assert answer.status_code == 401, role
        assert "cannot be used here" in answer.json()["error"]


def test_taking_the_role_from_the_servers_login_ends_its_tokens(site: Site, world: Db, web_login: str) -> None:
    reader = site.api("test_reader_a")
    assert reader.get("/shortlist/status").status_code == 200
    world.execute(f"revoke test_reader_a from {web_login}")
    assert reader.get("/shortlist/status").status_code == 401
    world.execute(f"grant test_reader_a to {web_login}")


def test_the_login_form_makes_a_strict_cookie_and_goes_back_where_one_was(site: Site) -> None:
    client = site.client()
    asked = client.get("/qa?run_id=a-qa")
    (form,) = forms(asked.text)
    assert form.fields["return_to"] == "/qa?run_id=a-qa"
    answer = client.post(form.action, data={**form.fields, "token": site.token("test_reader_a", 300)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/qa?run_id=a-qa")
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("obs_session="))
    words = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= words
    assert int(next(word for word in words if word.startswith("max-age=")).split("=")[1]) <= 300
    assert client.get("/qa?run_id=a-qa").status_code == 200


def test_over_https_cookies_are_secure_and_of_this_host(new_site: Callable[..., Site]) -> None:
    site = new_site(secure=True)
    cookie = site.client().get("/login").headers["set-cookie"]
    assert cookie.startswith("__Host-obs_login=")
    assert "Secure" in cookie


def test_a_bad_token_in_the_form_is_401_and_no_cookie(site: Site) -> None:
    client = site.client()
    form = forms(client.get("/login").text)[0]
    for token in ("", "nonsense", site.signer.token("test_reader_a", -1), site.token("postgres")):
        answer = client.post("/login", data={**form.fields, "token": token})
        assert answer.status_code == 401
        assert "obs_session=" not in answer.headers.get("set-cookie", "")


ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "\\\\evil",
    "/\t/evil.example",
    "/%0d%0aSet-Cookie:x=1\r\nX: y", "http:evil", " //evil.example", "/a\r\nX-Injected: 1", "/\N{SNOWMAN}",
)  # fmt: skip


def test_logging_in_leads_nowhere_else(site: Site) -> None:
    client = site.client()
    for elsewhere in ELSEWHERE:
        form = forms(client.get("/login", params={"next": elsewhere}).text)[0]
        assert form.fields["return_to"] == "/"
        answer = client.post(
            "/login", data={**form.fields, "return_to": elsewhere, "token": site.token("test_reader_a")}
        )
        assert answer.status_code == 303, elsewhere
        assert answer.headers["location"] == "/"
        assert "x-injected" not in answer.headers


def test_a_link_from_a_chat_finds_the_session_again(site: Site) -> None:
    """A SameSite=Strict cookie stays away from a request that another site began: the page asks again, as this site."""
    answer = site.client().get("/alerts/1", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401
    assert '<meta http-equiv="refresh" content="0">' in answer.text
    again = site.client().get("/alerts/1", headers={"Sec-Fetch-Site": "same-origin"})
    assert "http-equiv" not in again.text


def test_logging_out_forgets_the_session(site: Site) -> None:
    page = site.page("test_reader_a")
    form = next(one for one in forms(page.get("/").text) if one.action == "/logout")
    assert page.post(form.action, data={}).status_code == 403
    assert page.get("/").status_code == 200
    assert page.post(form.action, data=form.fields).headers["location"] == "/login"
    assert page.get("/").status_code == 401


def test_a_token_works_until_it_ends() -> None:
    signer = Signer(b"a secret of the tests, long enough: 0123456789abcdef")
    grant = signer.read_token(signer.token("someone", 100))
    assert grant.role == "someone"
    assert 95 <= grant.seconds_left <= 100
    assert signer.read_session(signer.session(grant, 5)).seconds_left <= 5


def test_the_answer_to_a_wrong_token_is_the_same_whatever_is_wrong(site: Site) -> None:
    def answered(token: str) -> tuple[int, str]:
        answer: httpx.Response = site.client(Authorization=f"Bearer {token}").get("/metrics")
        return answer.status_code, answer.text

    assert answered(site.signer.token("test_reader_a", -1)) == answered("nonsense") == answered(tampered("a.b.c")[0])
