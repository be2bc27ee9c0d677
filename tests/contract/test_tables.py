"""Every table and view of obs keeps tenants apart and explains itself."""

from __future__ import annotations

import pytest

from support.db import Db

# Ordinary indexes that lead with something else, and the question each answers.
OTHER_LEADING_COLUMNS = {
    "alert_observations_observed_at_idx": "what is too old to keep, of whatever tenant or of obs itself",
    "alert_thresholds_alert_code_idx": "whose numbers go when a rule goes",
    "alert_transitions_at_idx": "what is too old to keep, of whatever tenant or of obs itself",
    "alerts_group_idx": "which alerts are told together, of one tenant or of many",
    "enrichment_runs_raw_idx": "which runs still have raw events on a day, of whatever tenant",
    "alerts_resolved_at_idx": "what is too old to keep, of whatever tenant or of obs itself",
    "content_hashes_seen_at_idx": "what is too old to keep, of whatever tenant",
    "enrichment_runs_run_id_idx": "whose run is this, when only its id is given",
    "host_snapshots_taken_at_idx": "what is too old to keep, of whatever tenant",
    "notifications_ended_idx": "what is too old to keep, of whatever tenant or of all together",
    "notifications_notification_id_idx": "which notification is this, by the id that its forwarder holds",
    "notifications_waiting_idx": "what waits to be sent, of all tenants, by the moment it may be",
    "price_cards_vendor_unit_idx": "what does this vendor's unit cost, by a tenant's card or everybody's",
    "quarantined_events_received_at_idx": "what is too old to keep, of whatever tenant or none",
    "tenant_roles_role_name_idx": "which tenants may this login see",
}


@pytest.fixture
def db_with_a_run(db: Db) -> Db:
    """A partition exists that no schema step has made: the day of a run long ago."""
    before = partitions(db)
    db.call("start_run", tenant_id="a", run_id="old", started_at="2021-03-04 05:06:07+00")
    db.call("log_event", run_id="old", stage="crawl", event="finish", status="success", tenant_id="a")
    assert partitions(db) - before, "a run of a new day made no partition"
    return db


def partitions(db: Db) -> set[str]:
    return {
        name for (name,) in db.rows("select oid::regclass::text from pg_class where relispartition and relkind = 'r'")
    }


def relations(db: Db, kinds: str, condition: str) -> list[str]:
    query = f"""
        select c.oid::regclass::text from pg_class c join pg_roles o on o.oid = c.relowner
        where c.relnamespace = 'obs'::regnamespace and c.relkind = any(string_to_array('{kinds}', null))
          and ({condition})
        order by 1"""
    return [name for (name,) in db.rows(query)]


def test_there_are_tables_to_check(db: Db) -> None:
    assert len(relations(db, "rp", "true")) > 10


def test_row_security_is_enabled_and_forced_on_every_table_and_partition(db_with_a_run: Db) -> None:
    assert relations(db_with_a_run, "rp", "not (c.relrowsecurity and c.relforcerowsecurity)") == []


def test_every_table_has_a_policy(db: Db) -> None:
    bare = "not c.relispartition and not exists (select from pg_policy y where y.polrelid = c.oid)"
    assert relations(db, "rp", bare) == []


def test_policies_name_their_roles(db: Db) -> None:
    assert (
        db.rows("select tablename, policyname from pg_policies where schemaname = 'obs' and 'public' = any(roles)")
        == []
    )


def test_partitions_are_reached_through_their_parent_alone(db_with_a_run: Db) -> None:
    granted = "c.relispartition and exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner)"
    assert relations(db_with_a_run, "r", granted) == []


def test_public_may_touch_nothing(db_with_a_run: Db) -> None:
    granted = "exists (select from aclexplode(c.relacl) a where a.grantee = 0)"
    assert relations(db_with_a_run, "rpvmS", granted) == []
    columns = """select a.attrelid::regclass::text, a.attname from pg_attribute a, aclexplode(a.attacl) x
        where x.grantee = 0 and a.attrelid in (select oid from pg_class where relnamespace = 'obs'::regnamespace)"""
    assert db_with_a_run.rows(columns) == []
    schema = (
        "select privilege_type from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'obs' and a.grantee = 0"
    )
    assert db_with_a_run.rows(schema) == []


def test_owners_are_ordinary_roles(db_with_a_run: Db) -> None:
    assert (
        relations(db_with_a_run, "rpvmS", "o.rolname not in ('obs_owner', 'obs_cron') or o.rolsuper or o.rolbypassrls")
        == []
    )


def test_views_read_with_the_rights_of_who_asks(db: Db) -> None:
    loose = (
        "not coalesce('security_invoker=true' = any(c.reloptions) or 'security_invoker=on' = any(c.reloptions), false)"
    )
    assert relations(db, "v", loose) == []
    assert relations(db, "m", "true") == [], "a materialised view knows no row security"


def test_views_call_nothing_that_writes(db: Db) -> None:
    """The clock is volatile because it is the clock; nothing else that is may hide in a view."""
    query = """
        select distinct w.ev_class::regclass::text, p.oid::regprocedure::text from pg_rewrite w
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
        join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid
        where p.pronamespace = 'obs'::regnamespace and p.provolatile = 'v' and p.proname <> 'now'"""
    assert db.rows(query) == []


def test_every_table_view_and_column_is_explained(db: Db) -> None:
    assert relations(db, "rpv", "not c.relispartition and obj_description(c.oid, 'pg_class') is null") == []
    columns = """
        select c.oid::regclass || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
          and a.attnum > 0 and not a.attisdropped and col_description(c.oid, a.attnum) is null order by 1"""
    assert [name for (name,) in db.rows(columns)] == []
    assert db.one("select obj_description('obs'::regnamespace, 'pg_namespace')")


def leading_columns(db: Db, condition: str) -> list[tuple[str, str, str]]:
    """Indexes of tables that know tenants, whose first column is another."""
    query = f"""
        select i.indrelid::regclass::text, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid, 1, true)
        from pg_index i join pg_class c on c.oid = i.indrelid
        where c.relnamespace = 'obs'::regnamespace and not c.relispartition and ({condition})
          and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
          and pg_get_indexdef(i.indexrelid, 1, true) <> 'tenant_id' order by 1, 2"""
    return [tuple(row) for row in db.rows(query)]


def test_every_key_starts_with_the_tenant(db: Db) -> None:
    assert leading_columns(db, "i.indisunique") == []


def test_every_other_index_starts_with_the_tenant_or_has_a_reason(db: Db) -> None:
    found = {index.removeprefix("obs.") for _, index, _ in leading_columns(db, "not i.indisunique")}
    assert found == set(OTHER_LEADING_COLUMNS)


def test_every_foreign_key_has_an_index_on_its_own_side(db: Db) -> None:
    query = """
        select k.conrelid::regclass::text, k.conname from pg_constraint k
        where k.contype = 'f' and k.connamespace = 'obs'::regnamespace and k.conparentid = 0 and not exists (
            select from pg_index i where i.indrelid = k.conrelid
            and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)"""
    assert db.rows(query) == []


def test_identifiers_of_the_host_are_text_compared_by_bytes(db: Db) -> None:
    query = """
        select a.attrelid::regclass::text, a.attname, a.atttypid::regtype::text, a.attcollation::regcollation::text
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p') and not a.attisdropped
          and a.attname in ('tenant_id', 'run_id', 'company_id')
          and (a.atttypid <> 'text'::regtype or a.attcollation <> '"C"'::regcollation)"""
    assert db.rows(query) == []


def test_no_trigger_hangs_on_a_table_of_obs(db: Db) -> None:
    query = """select tgrelid::regclass::text, tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'obs'::regnamespace and not t.tgisinternal"""
    assert db.rows(query) == []
