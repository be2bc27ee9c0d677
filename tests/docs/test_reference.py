"""The reference says of each function what the catalog says: its signature and who may call it."""

from __future__ import annotations

import os
import re

from support.db import Db
from support.install import ROOT

REFERENCE = ROOT / "docs" / "reference.md"
_ENTRY = re.compile(r"^### obs\.(\w+)\n+```text\n(.*?)```\n(.*?)(?=^##)", re.M | re.S)
_WIDTH = 100
_SHORT = {
    "timestamp with time zone": "timestamptz",
    "boolean": "bool",
    "integer": "int",
}
GROUPS = ["obs_writer", "obs_reader", "obs_reviewer", "obs_bi", "obs_ops", "obs_forwarder", "obs_admin", "obs_cron"]


def signature(name: str, arguments: str, result: str | None) -> str:
    if result is None:  # a procedure
        return f"obs.{name}({arguments})\n"
    taken = [part for part in re.split(r", (?=p_|OUT )", arguments) if part]
    given = [re.sub(r"::[\w ]+(\[\])?$", "", part) for part in taken if not part.startswith("OUT ")]
    given = [part.replace(" DEFAULT NULL", " default null").replace(" DEFAULT ", " default ") for part in given]
    if outs := [part.removeprefix("OUT ") for part in taken if part.startswith("OUT ")]:
        result = f"({', '.join(outs)})"
    shown = f"obs.{name}({', '.join(given)}) returns {result.replace('TABLE(', 'table (').replace('SETOF', 'setof')}"
    for long, short in _SHORT.items():
        shown = shown.replace(long, short)
        given = [part.replace(long, short) for part in given]
    if len(shown) > _WIDTH and given:
        body = ",\n".join(f"    {part}" for part in given)
        shown = f"obs.{name}(\n{body}\n){shown[shown.index(') returns') + 1 :]}"
    if len(shown.splitlines()[-1]) > _WIDTH + 30:
        head, columns = shown.rsplit(" (", 1)
        shown = f"{head} (\n    " + columns.rstrip(")").replace(", ", ",\n    ") + "\n)"
    return shown + "\n"


def entries() -> dict[str, tuple[str, str]]:
    return {name: (shown, body) for name, shown, body in _ENTRY.findall(REFERENCE.read_text() + "\n## \n")}


def catalog(db: Db) -> dict[str, str]:
    query = r"""
        select proname::text, pg_get_function_arguments(oid), pg_get_function_result(oid)
        from pg_proc where pronamespace = 'obs'::regnamespace and proname not like '\_%'"""
    return {name: signature(name, arguments, result) for name, arguments, result in db.rows(query)}


def test_signatures_are_those_of_the_catalog(db: Db) -> None:
    real = catalog(db)
    if os.environ.get("OBS_DOCS_WRITE"):
        text = REFERENCE.read_text()
        for name, shown in real.items():
            text = re.sub(
                rf"(^### obs\.{name}\n+```text\n).*?```\n",
                lambda m, s=shown: f"{m[1]}{s}```\n",
                text,
                flags=re.M | re.S,
            )
        REFERENCE.write_text(text)
    assert {name: shown for name, (shown, _) in entries().items()} == real


def test_roles_are_those_of_the_grants(db: Db) -> None:
    query = r"""
        select p.proname::text, array_agg(r.rolname::text order by r.rolname) from pg_proc p, pg_roles r
        where p.pronamespace = 'obs'::regnamespace and p.proname not like '\_%%' and r.rolname = any(%s)
          and has_function_privilege(r.oid, p.oid, 'execute')
        group by p.proname"""
    real = {name: set(roles) for name, roles in db.rows(query, (GROUPS,))}
    said = {}
    for name, (_, body) in entries().items():
        (line,) = re.findall(r"^Role: (.*)$", body, re.M)
        said[name] = set(GROUPS) if line == "any role of obs." else set(re.findall(r"`(obs_\w+)`", line))
    assert said == real


def test_every_parameter_is_explained(db: Db) -> None:
    missing = []
    for name, (shown, body) in entries().items():
        for parameter in re.findall(r"\b(p_\w+) ", shown):
            if f"`{parameter}`" not in body:
                missing.append(f"{name}: {parameter}")
    assert missing == []


def test_the_contents_name_what_follows() -> None:
    text = REFERENCE.read_text()
    contents, rest = text.split("\n## ", 1)
    listed = {
        title: re.findall(r"`(\w+)`", names)
        for title, names in re.findall(r"^- \[([^]]+)\]\(#[^)]+\): (.*?)(?=^- |\Z)", contents, re.M | re.S)
    }
    sections = [section.split("\n", 1) for section in rest.split("\n## ")]
    found = {title: re.findall(r"^### obs\.(\w+)$", body, re.M) for title, body in sections if title != "Views"}
    assert listed == {title: names for title, names in found.items() if names}
    assert re.findall(r"\[([^]]+)\]\(#", contents) == [title for title, _ in sections]


def test_settings_are_those_that_can_be_set(db: Db) -> None:
    section = REFERENCE.read_text().split("\n## Settings\n")[1].split("\n## ")[0]
    said = set(re.findall(r"^\| `(\w+)` \|", section, re.M))
    source = db.one("select prosrc from pg_proc where proname = 'set_setting'")
    assert said == set(re.findall(r"when '(\w+)' then", source))


def test_every_verb_of_the_command_line_is_listed() -> None:
    from obs_client.cli.app import app

    verbs = {command.name for command in app.registered_commands}
    assert set(re.findall(r"^\| `obs (\w+)` \|", REFERENCE.read_text(), re.M)) == verbs


def test_every_setting_of_the_client_is_listed() -> None:
    from dataclasses import fields

    from obs_client import Settings

    section = REFERENCE.read_text().split("\n## Python\n")[1]
    missing = {field.name for field in fields(Settings)} - set(re.findall(r"\b([a-z_]+)\b", section))
    assert missing == set()


def test_every_table_and_view_is_listed(db: Db) -> None:
    query = """select relname::text, relkind::text from pg_class
        where relnamespace = 'obs'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition"""
    views, tables = REFERENCE.read_text().split("\n## Views\n")[1].split("\n## Settings\n")[0].split("\n## Tables\n")
    listed = dict.fromkeys(re.findall(r"^### obs\.(\w+)", views, re.M), "v")
    for first_cell in re.findall(r"^\| ([^|]*) \|", tables, re.M):
        listed |= dict.fromkeys(re.findall(r"`obs\.(\w+)`", first_cell), "table")
    assert listed == {name: "v" if kind == "v" else "table" for name, kind in db.rows(query)}


def test_every_word_of_mending_is_listed(db: Db) -> None:
    sources = db.rows("select pg_get_functiondef(oid) from pg_proc where pronamespace = 'obs'::regnamespace")
    word = re.compile(r"'(\w+_(?:absurd|unreadable|clipped|dropped|mended|missing|cut))'(?!\s*,\s*jsonb)")
    used = {found for (source,) in sources for found in word.findall(source)} - {"obs_cut", "days_dropped"}
    listed = set(re.findall(r"`(\w+)`", REFERENCE.read_text().split("`extra.obs_warnings` lists")[1].split("\n\n")[0]))
    assert used - listed == set()
