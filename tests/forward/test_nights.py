"""The report of a night by mail: once for each list of people, whoever sends it and whoever dies."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from obs_client.forward import ConfigError, load, nights
from obs_client.forward.channels.base import Refused, TryLater
from support.db import Db
from support.mail import MailServer
from support.outbox import wait_until
from support.pipeline import start

from .conftest import channel

TO = ["boss@example.com", "Ops@example.com"]


def plan(mail: MailServer, to: list[str] = TO, form: str = "html") -> nights.NightReport:
    options = {
        "host": "localhost", "port": mail.port, "from": "obs <obs@example.com>", "to": ["ops@example.com"],
        "user": "obs", "password": "env:TEST_MAIL", "ca_file": str(mail.ca_file), "timeout_s": 5,
    }  # fmt: skip
    made: Any = channel("email", **options)
    return nights.NightReport(made, to, form)


@pytest.fixture
def night(db: Db, tenants: tuple[str, str]) -> Db:
    """A run of a that ended last night; a forwarder that may read a."""
    start(db, started_at=db.one("select from_at + interval '1 minute' from obs.last_night where tenant_id = 'a'"))
    db.call("finish_run", run_id="r1", status="success")
    return db.login("test_reader_a")


def claims(db: Db) -> list[Any]:
    return db.rows("select tenant_id, sent_at is not null as sent from obs.night_mails order by tenant_id")


def test_a_letter_says_how_it_went_and_carries_the_report(db: Db, night: Db, mail: MailServer) -> None:
    date = db.one("select night from obs.last_night where tenant_id = 'a'")
    assert nights.send(night.conn, plan(mail)) == {"a": date}
    (letter,) = mail.letters
    assert letter["Subject"] == f"obs: Night of {date}: 1 success"
    assert letter["To"] == ", ".join(TO)
    body, attached = letter.get_body().get_content(), [*letter.iter_attachments()]
    assert "Run r1: success" in body
    assert [one.get_filename() for one in attached] == [f"obs-night-{date}.html"]
    assert attached[0].get_content().startswith("<!doctype html>")
    assert claims(db) == [("a", True)]
    assert "example" not in str(db.rows("select * from obs.night_mails"))


def test_a_night_goes_to_the_same_people_once(night: Db, mail: MailServer) -> None:
    assert nights.send(night.conn, plan(mail))
    assert nights.send(night.conn, plan(mail, ["ops@example.com", "boss@example.com"], "pdf")) == {}
    assert len(mail.letters) == 1
    assert nights.send(night.conn, plan(mail, ["else@example.com"], "pdf"))
    assert nights.send(night.conn, plan(mail), again=True)
    assert [one.get_content_subtype() for letter in mail.letters for one in letter.iter_attachments()] == [
        "html", "pdf", "html",
    ]  # fmt: skip


def test_a_night_that_is_not_over_waits(db: Db, night: Db, mail: MailServer) -> None:
    later = db.one("select from_at + interval '2 minutes' from obs.last_night where tenant_id = 'a'")
    start(db, "r2", started_at=later)
    assert nights.send(night.conn, plan(mail)) == {}
    db.call("finish_run", run_id="r2", status="error")
    assert nights.send(night.conn, plan(mail))
    assert mail.letters[0]["Subject"].endswith(": 1 success, 1 error")


def test_what_the_server_refused_may_be_tried_again(db: Db, night: Db, mail: MailServer) -> None:
    for answer, error in (("451 busy", TryLater), ("554 no", Refused)):
        mail.answers.append(answer)
        with pytest.raises(error):
            nights.send(night.conn, plan(mail))
        assert claims(db) == []
    assert nights.send(night.conn, plan(mail))
    assert len(mail.letters) == 1


class Holding(MailServer):
    """Takes a letter and never answers, so that nobody knows whether it was sent."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.go_on = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        while not self.go_on:
            await asyncio.sleep(0.01)
        return answer

    def close(self) -> None:
        self.go_on = True
        super().close()


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[Holding]:
    made = Holding(tmp_path)
    yield made
    made.close()


def written(directory: Path, mail: MailServer, **report: Any) -> Path:
    """A configuration with this mail server."""
    secret = directory / "password"
    secret.write_text("good")
    secret.chmod(0o600)
    section = {
        "type": "email", "host": "localhost", "port": mail.port, "from": "obs@example.com", "to": "ops@example.com",
        "user": "obs", "password": f"file:{secret}", "ca_file": str(mail.ca_file),
    }  # fmt: skip
    path = directory / "forward.json"
    path.write_text(json.dumps({"channels": {"mail": section}, **report}))
    path.chmod(0o600)
    return path


def test_killed_while_the_server_has_it_means_not_again(db: Db, night: Db, holding: Holding, tmp_path: Path) -> None:
    config = written(tmp_path, holding)
    command = [str(Path(sys.executable).with_name("obs")), "report", "--last-night", "--mail", "ops@example.com"]
    more = ["--config", str(config), "--dsn", db.dsn_for("test_reader_a")]
    with subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: bool(holding.letters))
        process.send_signal(signal.SIGKILL)
    holding.go_on = True
    assert claims(db) == [("a", False)]
    done = subprocess.run([*command, *more], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert "mailed to them before" in done.stderr
    assert len(holding.letters) == 1
    again = subprocess.run([*command, *more, "--again"], capture_output=True, text=True)
    assert (again.returncode, again.stdout.split("\t")[0], len(holding.letters)) == (0, "a", 2)


def test_the_night_of_one_tenant_is_mailed(db: Db, night: Db, mail: MailServer, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("obs")), "report", "--last-night", "--mail", "ops@example.com"]
    more = ["--config", str(written(tmp_path, mail)), "--dsn", db.dsn_for("test_reader_a"), "--tenant"]
    done = subprocess.run([*command, *more, "a"], capture_output=True, text=True)
    assert (done.returncode, done.stdout.split("\t")[0], len(mail.letters)) == (0, "a", 1), done.stderr
    done = subprocess.run([*command, *more, "b"], capture_output=True, text=True)
    assert (done.returncode, done.stderr, len(mail.letters)) == (2, "obs: there is no tenant 'b' among yours\n", 1)


def test_an_answer_that_never_comes_keeps_the_claim(db: Db, night: Db, holding: Holding) -> None:
    impatient = plan(holding)
    impatient.channel._timeout = 1.0
    with pytest.raises(TryLater) as caught:
        nights.send(night.conn, impatient)
    assert caught.value.perhaps_sent
    assert claims(db) == [("a", False)]


def test_nobody_claims_for_a_tenant_that_is_not_his(db: Db, night: Db, new_login: Callable[..., str]) -> None:
    date = db.one("select night from obs.last_night where tenant_id = 'a'")
    said = {}
    for tenant in ("b", "nowhere"):
        for function, more in (("claim_night_mail", {}), ("end_night_mail", {"sent": True})):
            with pytest.raises(psycopg.Error) as caught:
                night.call(function, tenant_id=tenant, night=date, recipients=["x@y.example"], **more)
            said[tenant, function] = (
                caught.value.sqlstate,
                str(caught.value.diag.message_primary).replace(f"'{tenant}'", "…"),
            )
    assert len(set(said.values())) == 1
    assert said["b", "claim_night_mail"][0] == "OB001"
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        night.call("claim_night_mail", tenant_id="a", night=date, recipients=[" "])
    stranger = db.login(new_login("obs_bi"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.call("claim_night_mail", tenant_id="a", night=date, recipients=["x@y.example"])


def test_a_claim_that_another_session_holds_open_is_waited_for_a_second(db: Db, night: Db) -> None:
    date = db.one("select night from obs.last_night where tenant_id = 'a'")
    claim = {"tenant_id": "a", "night": date, "recipients": ["x@y.example"]}
    with psycopg.connect(night.dsn) as holder:
        assert holder.execute("select obs.claim_night_mail('a', %s, '{x@y.example}')", (date,)).fetchone() == (True,)
        night.execute("set statement_timeout = '20s'")
        assert night.call("claim_night_mail", **claim) is False
        holder.rollback()
    assert night.call("claim_night_mail", **claim) is True


def test_the_configuration_names_people_and_the_channel(tmp_path: Path, mail: MailServer) -> None:
    made = load(str(written(tmp_path, mail, report={"to": "a@example.com, b@example.com", "form": "pdf"}))).report
    assert made is not None
    assert (made.to, made.form, made.channel.sender) == (["a@example.com", "b@example.com"], "pdf", "obs@example.com")
    for wrong, said in (
        ({"to": "nobody"}, "'nobody' is no e-mail address"),
        ({"to": "a@example.com\nBcc: c@example.com"}, "no e-mail address"),
        ({"to": "a@example.com", "channel": "slack"}, "no e-mail channel 'slack'"),
        ({"to": "a@example.com", "form": "doc"}, "html, pdf, md"),
        ({}, "report.to is missing"),
        ({"to": "a@example.com", "cc": "x"}, "report has no option cc"),
    ):
        with pytest.raises(ConfigError, match=said):
            load(str(written(tmp_path, mail, report=wrong)))
