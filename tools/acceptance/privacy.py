"""AC5: no personal data in database or logs; each role sees its own, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

import psycopg
from psycopg import sql

from .criterion import Criterion
from .nights import NightLog
from .pages import Site, walk
from .world import World, as_json

_READABLE = """select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p', 'v') and a.attname = 'tenant_id'
      and not c.relispartition and has_table_privilege(c.oid, 'select') order by 1"""
UNKNOWN, DENIED = "OB002", "42501"


def kept_apart(world: World, nights: list[NightLog], site: Site) -> Criterion:
    made = Criterion("AC5", "No raw e-mails or personal data; access restricted by role")
    audited(made, world)
    _planted(made, world, nights)
    _own_rows(made, world)
    _refused(made, world, nights)
    _own_pages(made, world, nights, site)
    return made


def audited(made: Criterion, world: World) -> None:
    done = world.command("privacy", "audit", "--logs", world.spool, "--json", login="admin")
    if done.returncode not in (0, 1):
        return made.check("obs privacy audit ran", False, done.stderr[-300:])
    report = as_json(done)
    for where in ("database", "logs"):
        found = report[where]
        seen = f"{found['cells_scanned']:,} cells" if where == "database" else f"{found['lines']:,} lines"
        text = f"obs privacy audit, {where}: {seen}, {found['findings_total']} findings, {found['verdict']}"
        made.check(text, found["verdict"] == "clean" and found["findings_total"] == 0, str(found["findings"])[:300])
    return None


def _planted(made: Criterion, world: World, nights: list[NightLog]) -> None:
    planted = {secret for night in nights for secret in night.planted}
    places = {"database": world.everything(), "log files": "\n".join(file.read_text() for file in world.logs)}
    sent = [text for folder in ("slack", "mail") for text in _texts(world, folder)]
    places["messages"] = "\n".join(sent)
    for where, text in places.items():
        found = [secret for secret in planted if any(spelling in text for spelling in _spellings(secret))]
        said = (
            f"{len(planted)} personal texts that the pipelines logged are not in the {where} ({len(text):,} characters)"
        )
        made.check(said, bool(planted) and bool(text) and not found, f"{len(found)} are")


def _texts(world: World, folder: str) -> Iterator[str]:
    for file in (world.home / folder).iterdir():
        yield file.read_text(errors="replace")


def _spellings(secret: str) -> set[str]:
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}


def _own_rows(made: Criterion, world: World) -> None:
    relations, foreign = 0, []
    for tenant in world.tenants:
        for kind in ("reader", "reviewer"):
            login = f"{kind}_{tenant}"
            for row in world.rows(_READABLE, login=login):
                relations += 1
                query = sql.SQL("select distinct tenant_id from {}").format(sql.SQL(row.name))
                seen = {one.tenant_id for one in world.rows(query, login=login)} - {None, tenant, "*"}
                foreign += [f"{login} sees {sorted(seen)} in {row.name}"] if seen else []
    text = f"{relations} looks into all that readers and reviewers may read show rows of their own tenant alone"
    made.check(text, relations > 40 and not foreign, foreign[:5])


def _refused(made: Criterion, world: World, nights: list[NightLog]) -> None:
    """What each login may not do, and how it is told."""
    mine, other = nights[0].tenant, next(night for night in nights if night.tenant != nights[0].tenant)
    attempts = {
        "a reader asks for another tenant's run": (
            f"reader_{mine}",
            "select obs.run_stats(%s, %s)",
            (other.run_id, other.tenant),
            UNKNOWN,
        ),
        "a reader writes": (f"reader_{mine}", "delete from obs.run_event_logs", None, DENIED),
        "a reader reads tables that hold pseudonyms' keys": (
            f"reader_{mine}",
            "select * from obs.tenant_peppers",
            None,
            DENIED,
        ),
        "a pipeline's login reads events": ("pipeline", "select * from obs.run_event_logs", None, DENIED),
        "ops grant access": ("ops", "select obs.grant_access('reader_' || %s, %s)", (mine, other.tenant), DENIED),
    }
    wrong = []
    for what, (login, query, params, wanted) in attempts.items():
        try:
            world.execute(query, params, login)
        except psycopg.Error as error:
            if error.sqlstate != wanted:
                wrong.append(f"{what}: {error.sqlstate}")
        else:
            wrong.append(f"{what}: allowed")
    made.check(f"refused: {'; '.join(attempts)}", not wrong, wrong)


def _own_pages(made: Criterion, world: World, nights: list[NightLog], site: Site) -> None:
    seen, leaks, statuses = 0, [], []
    for tenant in world.tenants:
        reader = site.person(f"reader_{tenant}")
        pages = walk(reader)
        seen += len(pages)
        leaks += [f"{path}: {word}" for path, page in pages.items() for word in named(page.text, nights, tenant)]
        for run in [night.run_id for night in nights if night.tenant != tenant]:
            statuses += [reader.get(f"/runs/{run}").status_code, site_status(site, tenant, run)]
    text = f"{seen} pages of the tenants' readers name no run, no company and no login of the other, nor itself"
    made.check(text, seen > 10 and not leaks, leaks[:5])
    made.check(f"{len(statuses)} requests for the other's runs: 404", set(statuses) == {404}, sorted(set(statuses)))
    nobody = site.client().get(f"/runs/{nights[0].run_id}/stats").status_code
    token = site.token(f"reader_{nights[0].tenant}")
    tampered = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    forged = site.client(Authorization=f"Bearer {tampered}").get(f"/runs/{nights[0].run_id}/stats").status_code
    made.check("without a token, or with a tampered one: 401", (nobody, forged) == (401, 401), (nobody, forged))


def named(page: str, nights: Iterable[NightLog], tenant: str) -> list[str]:
    """What the page, or one of its links, names of another tenant: the tenant, its logins, its runs, its companies.

    A number may be any count: a tenant or a company called so is looked for where one must stand. Those of made-up
    nights have names.
    """
    mine: set[str] = set()
    others: set[str] = set()
    runs: set[str] = set()
    for night in nights:
        companies = {str(line["company_id"]) for line in night.lines if line["company_id"] is not None}
        (mine if night.tenant == tenant else others).update(companies, {night.tenant, night.run_id})
        runs.add(night.run_id)
    text = re.sub(r"(?s)<(style|script)\b.*?</\1>", " ", page)
    numbers = runs & set(re.findall(r"(?<![\w.,:-])\d+(?![\w-]|[.,:]\d)", text))
    words = {word for word in re.findall(r"[^\W_]+", text) if not word.isdigit()}
    placed = set(re.findall(r"(?:tenant=|tenant_id=|reader_|reviewer_|company_id=|company )([^\W_]+)", text))
    return sorted((numbers | words | placed) & (others - mine))


def site_status(site: Site, tenant: str, run: str) -> int:
    return site.program(f"reader_{tenant}").get(f"/runs/{run}/stats").status_code
