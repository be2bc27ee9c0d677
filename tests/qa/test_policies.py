"""Reviewers read what QA is about by policies that an older version did not have: an upgrade puts them right."""

from __future__ import annotations

from support.db import Db
from support.install import install

READERS = """select tablename, roles::text[] from pg_policies
    where schemaname = 'obs' and policyname = 'obs_tenant_rows' order by 1"""
REVIEWED = ["alert_thresholds", "enrichment_runs", "qa_draws", "qa_follow_ups", "qa_reviews", "qa_samples"]


def test_which_tables_reviewers_read(db: Db) -> None:
    assert [table for table, roles in db.rows(READERS) if "obs_reviewer" in roles] == REVIEWED


def test_an_upgrade_gives_old_policies_their_new_roles(db: Db) -> None:
    fresh = db.rows(READERS)
    for table in REVIEWED:
        db.execute(f"alter policy obs_tenant_rows on obs.{table} to obs_reader, obs_bi")
    db.execute("alter policy obs_tenant_rows on obs.run_event_logs to obs_reader, obs_bi, obs_reviewer")
    assert db.rows(READERS) != fresh
    install(db.dsn)
    assert db.rows(READERS) == fresh


def test_what_is_in_place_is_not_locked(db: Db) -> None:
    """A lock on a table while another session writes to it would have to wait."""
    tables = [table for (table,) in db.rows("select tablename from pg_tables where schemaname = 'obs'")]
    busy = db.login()
    busy.execute("begin")
    for table in tables:
        busy.execute(f"lock table obs.{table} in row exclusive mode")
    db.execute("set lock_timeout = '200ms'")
    for table in tables:
        db.execute("select obs._secure_table(%s::regclass)", (f"obs.{table}",))
