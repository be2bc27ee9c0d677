"""Runs that have been scored, and a host that knows what its companies look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from support.db import Db
from support.pipeline import line, log_lines, start

COLUMNS = ("tenant_id", "run_id", "company_id", "bucket", "domain", "about_text", "contacts", "rationale", "signals")
SECRET = "Zwetschgenkuchen is what only this text says, and jane.roe@kuchen.example wrote it"


def scored(db: Db, run: str = "r1", high: int = 0, medium: int = 0, tenant: str = "a", more: Iterable[Any] = ()) -> str:
    """A run with so many companies of each bucket, not ended yet; `more` are further lines."""
    start(db, run, tenant_id=tenant)
    names = [f"h{n}" for n in range(high)] + [f"m{n}" for n in range(medium)]
    lines = [
        line(
            run,
            tenant_id=tenant,
            stage="score",
            company_id=name,
            extra={"bucket": "High" if name[0] == "h" else "Medium"},
        )
        for name in names
    ]
    log_lines(db, [*lines, *({"tenant_id": tenant, **one} for one in more)])
    return run


def finish(db: Db, run: str = "r1", **more: Any) -> None:
    db.call("finish_run", run_id=run, **more)


def drawn(db: Db, run: str = "r1", stratum: str = "random", tenant: str = "a") -> list[str]:
    """Companies in the order of the draw."""
    return [
        name
        for (name,) in db.rows(
            """select company_id from obs.qa_samples where tenant_id = %s and run_id = %s and stratum = %s
            order by draw_rank""",
            (tenant, run, stratum),
        )
    ]


def draw_row(db: Db, run: str = "r1", stratum: str = "random", tenant: str = "a") -> Any:
    return db.row(
        "select * from obs.qa_draws where tenant_id = %s and run_id = %s and stratum = %s", (tenant, run, stratum)
    )


def checks(db: Db, company: str, run: str = "r1", tenant: str = "a") -> dict[str, Any]:
    found: dict[str, Any] = db.one(
        "select checks from obs.qa_samples where tenant_id = %s and run_id = %s and company_id = %s",
        (tenant, run, company),
    )
    return found


class Host:
    """The host's table of companies, which stands for its view."""

    def __init__(self, db: Db) -> None:
        self.db = db
        db.execute(
            """create schema host;
            create table host.companies (
                tenant_id text, run_id text, company_id text, bucket text, domain text, about_text text, contacts jsonb,
                rationale text, signals jsonb, name text, industry text);
            grant usage on schema host to obs_host;
            grant select on host.companies to obs_host"""
        )

    def put(self, rows: Iterable[Mapping[str, Any]], run: str = "r1", tenant: str = "a") -> None:
        for row in rows:
            made = {
                "tenant_id": tenant,
                "run_id": run,
                **{key: Jsonb(value) if key in ("contacts", "signals") else value for key, value in row.items()},
            }
            self.db.execute(
                sql.SQL("insert into host.companies ({}) values ({})").format(
                    sql.SQL(", ").join(map(sql.Identifier, made)), sql.SQL(", ").join(map(sql.Placeholder, made))
                ),
                made,
            )

    def register(self, relation: str = "host.companies", tenant: str | None = None) -> None:
        self.db.execute("select obs.register_qa_source(%s::regclass, %s)", (relation, tenant))

    def view(self, **columns: str) -> None:
        """A view over the table in which some columns are made by other expressions."""
        shown = [f"{columns.get(name, name)} as {name}" for name in COLUMNS]
        self.db.execute("create or replace view host.seen as select " + ", ".join(shown) + " from host.companies")
        self.db.execute("grant select on host.seen to obs_host")
        self.register("host.seen")


def company(name: str = "h0", **more: object) -> dict[str, object]:
    """A row of the host's table."""
    return {
        "company_id": name,
        "bucket": "High",
        "domain": f"{name}.kuchen.de",
        "about_text": SECRET,
        "contacts": [{"email": "jane.roe@kuchen.de", "status": "valid"}],
        "rationale": f"They bake {SECRET} for {name}",
        "signals": ["Zwetschgenkuchen"],
        **more,
    }


def last_read(db: Db) -> tuple[str | None, bool]:
    """The error of the last reading of the host's view, and whether there was one."""
    row = db.row("select last_error, last_read_at is not null from obs.qa_sources")
    return row[0], row[1]
