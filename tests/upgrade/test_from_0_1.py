"""obs 0.1.0 with data, and this obs installed over it: the rows stay, the definitions are those of a fresh install."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from psycopg import sql

from support.db import Db
from support.install import SQL, install, psql
from support.snapshot import catalog, contents

# What obs ships as data: a newer obs may say it anew.
SHIPPED = {"alert_rules", "runbooks", "runbook_checks"}
SHIPPED_COLUMNS = {("jobs", "schedule"), ("jobs", "max_age"), ("jobs", "command"), ("jobs", "comment")}
# New steps, and the numbers of new rules.
GROWING = {"schema_migrations", "alert_thresholds"}

Columns = dict[str, list[str]]


def columns(db: Db) -> Columns:
    """Of every table and partition, its columns in order."""
    query = """
        select c.relname, array_agg(a.attname::text order by a.attnum) as names
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'obs'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
        group by c.relname"""
    return dict(db.rows(query))


def rows_of(db: Db, wanted: Columns) -> dict[str, list[str]]:
    """Every row of those tables, as far as those columns go."""
    found = {}
    for table, names in wanted.items():
        if table in SHIPPED:
            continue
        kept = [sql.Identifier(name) for name in names if (table, name) not in SHIPPED_COLUMNS]
        query = sql.SQL("select row({})::text from obs.{} order by 1").format(
            sql.SQL(", ").join(kept), sql.Identifier(table)
        )
        found[table] = [text for (text,) in db.conn.execute(query)]
    return found


def sequences(db: Db) -> dict[str, int | None]:
    return dict(db.rows("select sequencename, last_value from pg_sequences where schemaname = 'obs'"))


def test_there_is_something_in_every_table_of_0_1(used_db: Db) -> None:
    partitions = {name for (name,) in used_db.rows("select relname from pg_class where relispartition")}
    empty = {table for table, rows in rows_of(used_db, columns(used_db)).items() if not rows}
    assert empty - partitions == set()


def test_every_row_stays_and_new_columns_hold_their_defaults(used_db: Db) -> None:
    wanted = columns(used_db)
    before, counters = rows_of(used_db, wanted), sequences(used_db)
    install(used_db.dsn)
    after = rows_of(used_db, wanted)
    for table in GROWING:
        assert set(before.pop(table)) <= set(after.pop(table))
    assert after == before
    assert {name: value for name, value in sequences(used_db).items() if name in counters} == counters
    for table, names in columns(used_db).items():
        for name in set(names) - set(wanted.get(table, names)):
            assert other_than_default(used_db, table, name) == 0, f"{table}.{name}"


def other_than_default(db: Db, table: str, column: str) -> int:
    query = """
        select coalesce(pg_get_expr(d.adbin, d.adrelid), 'null'), a.attgenerated::text
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = %s::regclass and a.attname = %s"""
    default, generated = db.row(query, (f"obs.{table}", column))
    if generated:
        return 0
    return int(db.one(f'select count(*) from obs.{table} where "{column}" is distinct from {default}'))


def test_the_catalog_is_that_of_a_fresh_install(used_db: Db, db: Db) -> None:
    install(used_db.dsn)
    old, fresh = (without_days(catalog(one)) for one in (used_db, db))
    assert sorted(old - fresh) == []
    assert sorted(fresh - old) == []


def without_days(lines: set[str]) -> set[str]:
    """Event days are made as runs come, so two databases need not have the same."""
    return {line for line in lines if "run_event_logs_2" not in line}


def test_the_event_days_are_alike(used_db: Db, db: Db) -> None:
    install(used_db.dsn)
    used_db.call("start_run", tenant_id="alba", run_id="past", started_at="2021-03-04 05:06:07+00")
    db.call("start_run", tenant_id="alba", run_id="past", started_at="2021-03-04 05:06:07+00")
    made = {line for line in catalog(db) if "run_event_logs_20210304" in line}
    assert made
    old = {line for line in catalog(used_db) if "run_event_logs_2" in line}
    assert made <= old
    (day,) = used_db.rows(
        """select to_char((min(started_at) at time zone 'UTC')::date, 'YYYYMMDD') from obs.enrichment_runs
        where run_id = 'open'"""
    )
    same_day = {line.replace("20210304", day[0]) for line in made if line.startswith(("policy", "column", "acl"))}
    assert same_day <= old


def test_installing_again_changes_nothing(used_db: Db) -> None:
    install(used_db.dsn)
    before = catalog(used_db), contents(used_db)
    done = install(used_db.dsn)
    assert (done.stdout, done.stderr) == ("", "")
    assert (catalog(used_db), contents(used_db)) == before


def test_what_people_built_on_obs_still_works(used_db: Db) -> None:
    spend = "select tenant_id, run_id, cost_usd from app.spend order by 1, 2"
    before = used_db.rows(spend), used_db.one("select app.failures('alba-night')")
    assert before[1] == 10
    install(used_db.dsn)
    assert (used_db.rows(spend), used_db.one("select app.failures('alba-night')")) == before
    used_db.execute("insert into app.runs values ('h2', 'alba', now(), null, 'running')")
    assert used_db.one("select count(*) from obs.enrichment_runs where run_id in ('h1', 'h2')") == 2
    assert used_db.one("select condition from obs.alert_rules where alert_code = 'X-01'") == "app.slow"
    used_db.call("finish_run", run_id="open")
    assert used_db.one("select count_total from obs.run_stage_stats where run_id = 'open'") == 10
    reader = used_db.login("test_reader_a")
    assert {tenant for (tenant,) in reader.rows("select tenant_id from obs.enrichment_runs")} == {"alba"}


GONE = """
    set role obs_owner;
    create function obs._gone(p_n int) returns int language sql immutable return p_n;
    create function obs._gone_too() returns int language sql immutable return obs._gone(1);
    create view obs.gone as select obs._gone_too() as n;
    create procedure obs._gone_as_well() language sql begin atomic select 1; end;
    create function obs.gaps(p_run_id text) returns int language sql immutable return 1;
    reset role;
    create function obs._gone_job() returns int language sql immutable return 1;
    alter function obs._gone_job() owner to obs_cron;
    """
LEFT = "select proname from pg_proc where pronamespace = 'obs'::regnamespace and proname like '%\\_gone%' order by 1"


def test_what_an_older_obs_made_and_this_one_does_not_is_dropped(old_db: Db, db: Db) -> None:
    old_db.execute(GONE)
    done = install(old_db.dsn)
    assert done.stderr == ""
    assert old_db.rows(LEFT) == []
    assert without_days(catalog(old_db)) == without_days(catalog(db))


@pytest.mark.parametrize("option", ["on", "off"])
def test_savepoints_of_psql_do_not_hide_what_was_made_anew(old_db: Db, db: Db, option: str) -> None:
    old_db.execute(GONE)
    psql(old_db.dsn, "-v", f"ON_ERROR_ROLLBACK={option}", "-1", "-f", SQL / "install.sql")
    assert without_days(catalog(old_db)) == without_days(catalog(db))


def test_what_somebodys_own_view_needs_stays_with_a_warning(old_db: Db) -> None:
    old_db.execute(GONE)
    old_db.execute("create view public.mine as select * from obs.gone")
    done = install(old_db.dsn)
    assert "something of yours needs it" in done.stderr
    assert "view obs.gone" in done.stderr
    assert old_db.one("select n from public.mine") == 1
    old_db.execute("drop view public.mine")
    assert install(old_db.dsn).stderr == ""
    assert old_db.rows(LEFT) == []


def test_what_others_put_into_the_schema_stays(old_db: Db) -> None:
    old_db.execute(
        """create function obs.theirs_gone() returns int language sql immutable return 1;
        revoke execute on function obs.theirs_gone() from public"""
    )
    install(old_db.dsn)
    assert old_db.one("select obs.theirs_gone()") == 1


def test_released_steps_are_the_very_bytes_of_0_1(released: Path) -> None:
    steps = sorted(path for path in (released / "sql" / "schema").glob("*.sql") if "10" <= path.name[:2] < "90")
    assert len(steps) == 9
    assert [path.name for path in steps if (SQL / "schema" / path.name).read_bytes() != path.read_bytes()] == []


def test_a_verb_that_is_newer_than_the_database_says_to_upgrade(old_db: Db) -> None:
    """And never to uninstall what is sound."""

    def obs(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).with_name("obs")), *words, "--dsn", old_db.dsn]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    done = obs("qa", "worklist")
    assert done.returncode == 2
    assert "is older than this command (" in done.stderr
    assert "run `obs upgrade`" in done.stderr
    assert "uninstall" not in done.stderr
    assert obs("upgrade").returncode == 0
    assert obs("qa", "worklist").returncode == 0
