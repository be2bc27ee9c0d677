"""What people read of runs, as text: every view of the schema, every table of numbers, every report function."""

from __future__ import annotations

from psycopg import sql
from psycopg.types.json import Jsonb

from support.db import Db

# Views that tell when the jobs last worked, of which maintenance is one, and nothing of runs.
NOT_ABOUT_RUNS = {
    "job_health": "its rows are the jobs' heartbeats",
    "condition_wd_09": "it watches the jobs' heartbeats",
    "last_night": "whether a night is over is told by the clock",
}

NUMBERS = (
    "run_stage_stats",
    "run_vendor_usage",
    "run_model_usage",
    "run_error_codes",
    "run_metrics",
    "latency_buckets",
)

# What each public function of the report layer, and recompute, says of a run. `source` is raw before and rollup after;
# reconcile names what was dropped in place of what is the same, so its share of matches and its totals are compared.
OF_A_RUN = {
    "recompute": "select (to_jsonb(x) - 'source')::text from obs.recompute(%(run)s, %(tenant)s) x order by 1",
    "reconcile": "select x -> 'totals' || jsonb_build_array(x -> 'worst_off_pct', x -> 'match_pct', x -> 'missing')"
    " from obs.reconcile(%(run)s, %(manifest)s, %(tenant)s) x",
    # What changed is split by raw events while there are any; before and after stay.
    "explain": "select distinct x.measure, x.total_before, x.total_after, x.against"
    " from obs.explain(%(run)s, %(tenant)s) x order by 1",
    "run_stats": "select x - array['source', 'etag', 'first_error', 'exemplars']"
    " from obs.run_stats(%(run)s, %(tenant)s) x",
    "shortlist_status": "select obs.shortlist_status(%(tenant)s)",
}
OF_MANY_RUNS = {
    "percentile": "select x.value_ms, x.n, x.runs from unnest(array[0.01, 0.5, 0.95, 1]) q, "
    "obs.percentile('crawl', q, now() - interval '1 year', now()) x",
    "backtest": "select to_jsonb(x)::text from obs.backtest('CR-02', now() - interval '1 year', now()) x order by 1",
}
ABOUT_RAW_EVENTS = {
    "gaps": "it names the numbers missing among raw events, and says so of a run that has expired",
    "run_events_csv": "it is the raw events, and says so of a run that has expired",
    "silences": "it looks between raw events",
    "timeline": "first failures, retries and silences are raw events",
    "metrics_text": "it tells how long ago things were, by the clock",
}


def views(db: Db) -> dict[str, list[str]]:
    """Every row of every view of the schema but those of NOT_ABOUT_RUNS."""
    names = {
        name
        for (name,) in db.rows(
            "select relname from pg_class where relnamespace = 'obs'::regnamespace and relkind in ('v', 'm')"
        )
    }
    assert names >= NOT_ABOUT_RUNS.keys() | {"run_overview", "alert_active", "run_signs"}
    return {name: rows(db, name) for name in sorted(names - NOT_ABOUT_RUNS.keys())}


def numbers(db: Db) -> dict[str, list[str]]:
    return {name: rows(db, name) for name in NUMBERS}


def rows(db: Db, relation: str) -> list[str]:
    query = sql.SQL("select t::text from obs.{} t order by 1").format(sql.Identifier(relation))
    return [text for (text,) in db.conn.execute(query)]


def reports(db: Db, manifests: dict[tuple[str, str], dict[str, object]]) -> dict[str, list[object]]:
    """Every report of each run there is a manifest of, and those over all runs."""
    there = {name for (name,) in db.rows("select proname from pg_proc where pronamespace = 'obs'::regnamespace")}
    found: dict[str, list[object]] = {}
    for name, query in OF_A_RUN.items():
        found[name] = [
            tuple(row)
            for (tenant, run), manifest in manifests.items()
            for row in db.rows(query, {"run": run, "tenant": tenant, "manifest": Jsonb(manifest)})
        ]
    for name in sorted(OF_MANY_RUNS.keys() & there):
        found[name] = [tuple(row) for row in db.rows(OF_MANY_RUNS[name])]
    return found
