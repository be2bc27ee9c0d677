"""Exports scored leads to Odoo: into partner tables with Odoo's own constraints."""

from __future__ import annotations

import psycopg
from src.enrichment import Progress
from src.store import Lead, Score, Store

import obs_client as obs


def export(store: Store, leads: list[Lead], scores: list[Score], progress: Progress, run: obs.Run) -> tuple[int, int]:
    """Exports the leads worth a call; returns how many went through and how many Odoo refused."""
    by_id = {lead.company_id: lead for lead in leads}
    chosen = [score for score in scores if score.bucket != "Low"]
    done, refused = progress("export_odoo", len(chosen)), 0
    with run.stage("export_odoo", planned=len(chosen)) as stage:
        for score in chosen:
            try:
                with stage.item(score.company_id):
                    export_partner(store, by_id[score.company_id], score.bucket)
            except psycopg.IntegrityError:  # somebody has to mend the books
                refused += 1
            done()
    return len(chosen) - refused, refused


def export_partner(store: Store, lead: Lead, bucket: str) -> None:
    """Writes one partner, unless Odoo's constraints refuse it."""
    query = """
        insert into public.odoo_partners (tenant_id, company_id, name, country, vat, autopost_bills, lead_bucket)
        select %(tenant)s, %(company_id)s, %(name)s, %(country)s, %(vat)s, autopost_bills, %(bucket)s
        from public.odoo_connections where tenant_id = %(tenant)s
        on conflict (tenant_id, company_id) do update
        set name = excluded.name, country = excluded.country, vat = excluded.vat, lead_bucket = excluded.lead_bucket"""
    with store.connection.transaction():
        store.connection.execute(query, {**vars(lead), "tenant": store.tenant, "bucket": bucket})
