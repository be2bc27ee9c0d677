"""AC2: what ops and tenants see: every dashboard view, and every page of `obs serve`, with the numbers of SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from obs_client.web.rendering import milliseconds, number, percent, usd

from .counting import VERIFIED, Count, count
from .criterion import Criterion
from .nights import NightLog
from .pages import Site, rows_of, walk
from .world import World

_VIEWS = """select viewname from pg_views where schemaname = 'obs' and viewname like 'dash\\_%' order by 1"""

Pair = tuple[str, object, object]


def rendered(world: World, nights: list[NightLog], site: Site) -> Criterion:
    made = Criterion("AC2", "Ops see overview, vendors, latency and quality; a tenant sees its own")
    counts = {(night.tenant, night.run_id): count(night.lines) for night in nights}
    views = [row.viewname for row in world.rows(_VIEWS)]
    made.compare(f"{len(views)} dashboard views hold " + "{n} figures as added up by hand", _views(world, counts))
    _rows(made, world, views, bool(any(one.rationales for one in counts.values())))
    pages = walk(site.person("ops"))
    kinds = sorted({path.split("?")[0].split("/")[1] or "overview" for path in pages})
    bad = [f"{path}: {page.status_code}" for path, page in pages.items() if page.status_code != 200]
    made.check(
        f"obs serve: {len(pages)} pages ({', '.join(kinds)}) answer with 200", len(pages) > 10 and not bad, bad[:5]
    )
    made.check("the server's own log holds no complaint", not site.complaints(), site.complaints()[:3])
    made.compare("{n} rows of those pages are SQL's", _on_pages(world, counts, {p: a.text for p, a in pages.items()}))
    made.compare("{n} answers to programs are SQL's", _answers(world, counts, site))
    return made


def _views(world: World, counts: dict[tuple[str, str], Count]) -> Iterator[Pair]:
    def of(view: str, tenant: str, run: str) -> list[Any]:
        return world.rows(f"select * from obs.{view} where tenant_id = %s and run_id = %s", (tenant, run), "ops")

    for (tenant, run), by_hand in counts.items():
        (row,) = of("dash_tenant_overview", tenant, run)
        yield f"{run} candidates before", by_hand.candidates_pre, row.candidates_pre
        yield f"{run} candidates after", by_hand.candidates_post, row.candidates_post
        yield f"{run} items", sum(by_hand.items.values()), row.items_total
        yield f"{run} errors", sum(by_hand.error.values()), row.items_error
        yield f"{run} delivered", by_hand.success["export_odoo"], row.shortlist_delivered
        for name in ("High", "Medium", "Low"):
            yield f"{run} {name}", by_hand.buckets[name], getattr(row, f"bucket_{name.lower()}")
        yield f"{run} cost", round(sum(by_hand.cost_usd.values()), 4), round(row.cost_usd, 4)
        (row,) = of("dash_quality", tenant, run)
        yield f"{run} e-mails", sum(by_hand.emails.values()), row.emails_total
        yield f"{run} verified", by_hand.emails[VERIFIED], row.emails_verified
        lengths = sum(row.companies for row in of("dash_rationale_lengths", tenant, run))
        yield f"{run} rationales", len(by_hand.rationales), lengths
        usage = of("dash_vendor_usage", tenant, run)
        yield f"{run} vendors", sorted(by_hand.calls), sorted(row.vendor for row in usage)
        for row in usage:
            yield f"{run} {row.vendor} calls", by_hand.calls[row.vendor], row.calls
            yield f"{run} {row.vendor} 429s", by_hand.rate_limit_hits[row.vendor], row.rate_limit_hits
        heat: dict[str, int] = {}
        for row in of("dash_latency_heatmap", tenant, run):
            heat[row.stage] = heat.get(row.stage, 0) + row.items
        latency = of("dash_latency", tenant, run)
        yield f"{run} stages", sorted(by_hand.items), sorted(row.stage for row in latency)
        yield f"{run} stages in the heat map", sorted(+by_hand.timed), sorted(heat)
        for row in latency:
            yield f"{run} {row.stage} items", by_hand.items[row.stage], row.items
            yield f"{run} {row.stage} in the heat map", by_hand.timed[row.stage], heat.get(row.stage, 0)


def _rows(made: Criterion, world: World, views: list[str], has_rationales: bool) -> None:
    """Each view has rows for ops, and for a tenant's reader those of its tenant alone."""
    wrong = []
    for view in views:
        if view == "dash_rationale_lengths" and not has_rationales:
            continue
        if {row.tenant_id for row in world.rows(f"select distinct tenant_id from obs.{view}", login="ops")} != set(
            world.tenants
        ):
            wrong.append(f"{view} for ops")
        for tenant in world.tenants:
            seen = world.rows(f"select distinct tenant_id from obs.{view}", login=f"reader_{tenant}")
            if [row.tenant_id for row in seen] != [tenant]:
                wrong.append(f"{view} for {tenant}: {[row.tenant_id for row in seen]}")
    made.check("each of them has rows of both tenants for ops, and of one tenant for its reader", not wrong, wrong)


def _on_pages(world: World, counts: dict[tuple[str, str], Count], pages: dict[str, str]) -> Iterator[Pair]:
    def shown(path: str, wanted: list[str]) -> object:
        """The row that begins alike, as far as it is wanted."""
        begin = [row[: len(wanted)] for row in rows_of(pages.get(path, "")) if row[:1] == wanted[:1]]
        return wanted if wanted in begin else begin[:1] or f"no such row in {path}"

    for tenant, run in counts:
        path = f"/runs/{run}?tenant_id={tenant}"
        for stage in world.one("select obs.run_stats(%s, %s)", (run, tenant), "ops")["stages"]:
            wanted = [
                stage["stage"],
                stage["status"],
                *(number(stage[f"count_{of}"]) for of in ("total", "success", "error")),
            ]
            wanted += [milliseconds(stage[f"p{of}_ms"]) for of in (50, 95, 99)]
            wanted += [usd(stage["cost_usd"])]
            yield f"{run} {stage['stage']}", wanted, shown(path, wanted)
        query = "select * from obs.dash_tenant_overview where tenant_id = %s and run_id = %s"
        (row,) = world.rows(query, (tenant, run), "ops")
        cells = next((one for one in rows_of(pages["/"]) if one[:2] == [run, tenant]), [])
        wanted = [number(row.candidates_pre), number(row.candidates_post), number(row.shortlist_delivered)]
        wanted += [percent(row.success_rate), number(row.items_error), usd(row.cost_usd)]
        yield f"{run} on the front page", wanted, cells[5:11]
        (row,) = world.rows(
            "select * from obs.qa_run_status where tenant_id = %s and run_id = %s", (tenant, run), "ops"
        )
        cells = next((one for one in rows_of(pages["/qa"]) if one[:2] == [run, tenant]), [])
        wanted = [number(value) for value in (row.drawn, row.passed, row.failed, row.pending)]
        yield f"{run} on the QA page", [*wanted, percent(row.pass_rate)], cells[3:8]
    slos = world.rows("select title, tenant_id, n from obs.slo_status", login="ops")
    on_page = {(cells[0], cells[1]): cells[5] for cells in rows_of(pages["/slo"]) if len(cells) > 5}
    for row in slos:
        yield f"objective {row.title}", number(row.n), on_page.get((row.title, row.tenant_id))


def _answers(world: World, counts: dict[tuple[str, str], Count], site: Site) -> Iterator[Pair]:
    ops = site.program("ops")
    for (tenant, run), by_hand in counts.items():
        answer = ops.get(f"/runs/{run}/stats", params={"tenant_id": tenant})
        yield f"stats of {run}", world.one("select obs.run_stats(%s, %s)", (run, tenant), "ops"), answer.json()
        csv = ops.get("/export/run_events.csv", params={"run_id": run, "tenant_id": tenant}).text
        yield f"rows of {run} as CSV", by_hand.events, csv.count("\r\n") - 1
    for tenant in world.tenants:
        answer = site.program(f"reader_{tenant}").get("/shortlist/status")
        yield f"status of {tenant}", world.one("select obs.shortlist_status(%s)", (tenant,), "ops"), answer.json()
    metrics = ops.get("/metrics").text
    yield "metrics end", True, metrics.endswith("# EOF\n")
    for tenant in world.tenants:
        yield f"metrics of {tenant}", True, f'tenant_id="{tenant}"' in metrics or f'tenant="{tenant}"' in metrics
