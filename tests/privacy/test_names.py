"""Names, codes and ids with a secret in them: masked where they are stored, refused as ids, found by an audit."""

from __future__ import annotations

import pytest

from support.db import Db
from support.pipeline import line, log_lines, refused, start

SECRET = "kX9vQ2mT7pLw4sRd8nZb"
TEXTS = (
    f"password={SECRET}", f"password: {SECRET}", f"--password {SECRET}", f"api_key={SECRET}", f"token={SECRET}",
    f"client_secret={SECRET}", f"aws_secret_access_key={SECRET}{SECRET}", f"authorization: bearer {SECRET}{SECRET}",
    "dapi" + "0123456789abcdef" * 2, b"nora.quill@brindle.example".hex(),
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_no_name_keeps_a_secret(db: Db, tenants: tuple[str, str], text: str) -> None:
    assert refused(db.call, "start_run", tenant_id="a", run_id=text).sqlstate == "22023"
    start(db)
    hidden = text.split("=")[-1].split(" ")[-1].removeprefix("dapi")
    log_lines(
        db, [line("r1", "error", stage=f"s {text}"[:128], error_code=text, vendor=text, model=text, company_id=text)]
    )
    stored = str(db.rows("select * from obs.run_event_logs"))
    assert "masked" in stored
    assert hidden not in stored


@pytest.mark.parametrize("text", TEXTS)
def test_an_audit_finds_it_where_it_came_in_another_way(db: Db, tenants: tuple[str, str], text: str) -> None:
    start(db)
    log_lines(db, [line("r1", "error", error_code="E")])
    db.execute("update obs.run_event_logs set error_code = %s", (text,))
    assert db.call("privacy_audit")["findings_total"] == 1


ORDINARY = (
    "gpt-4.1-mini-2025-04-14", "claude-haiku-4-5-20251001", "ORA-12154", "text-embedding-3-small", "acme:1234",
    "urn:company:77", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "token_bucket", "step=2",
)  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_names_stay(db: Db, tenants: tuple[str, str], name: str) -> None:
    start(db)
    log_lines(db, [line("r1", "error", stage=name, model=name, vendor=name, error_code=name)])
    assert db.row("select stage, model, vendor, error_code from obs.run_event_logs") == (name,) * 4
