"""Quality and verification."""

from __future__ import annotations

from boards.figures import figure, objective, ratio
from boards.model import Board, Measure, Panel

QUALITY = "dash_quality"

QUALITY_BOARD = Board(
    "quality",
    "Quality and verification",
    "Both verified-e-mail rates, what QA says, and how long rationales are.",
    (
        figure(
            "emails",
            "Valid, of all e-mails checked.",
            QUALITY,
            ratio("E-mails verified", "emails_verified", "emails_total"),
        ),
        figure(
            "contactable",
            "Companies with a verified or unknown business e-mail, of those with an e-mail.",
            QUALITY,
            ratio("Companies contactable", "companies_contactable", "companies_with_email"),
        ),
        figure(
            "qa_rate",
            "Samples that passed, of those judged.",
            QUALITY,
            Measure("QA pass rate", "sum(qa_passed)::numeric / nullif(sum(qa_passed + qa_failed), 0)", "share"),
        ),
        figure("qa_open", "Samples that wait for a reviewer.", QUALITY, Measure("QA pending", "sum(qa_pending)")),
        figure(
            "qa_flags",
            "Runs whose pass rate can no longer reach its threshold.",
            QUALITY,
            Measure("Runs flagged", "count(*) filter (where qa_flagged)"),
        ),
        figure(
            "qa_follow",
            "Flagged runs whose follow-up is open.",
            QUALITY,
            Measure("Follow-ups open", "count(*) filter (where qa_follow_up = 'open')"),
        ),
        Panel(
            "email_rates",
            "Verified e-mails",
            "Of e-mails: valid. Of companies: with a verified or unknown business e-mail, with the objective for it.",
            "line",
            QUALITY,
            (
                ratio("Of e-mails", "emails_verified", "emails_total"),
                ratio("Of companies", "companies_contactable", "companies_with_email"),
                objective("company_contactable_target", "share"),
            ),
        ),
        Panel(
            "pass_rate",
            "QA pass rate",
            "Samples that passed, of those judged, by run.",
            "line",
            QUALITY,
            (Measure("Pass rate", "sum(qa_passed)::numeric / nullif(sum(qa_passed + qa_failed), 0)", "share"),),
        ),
        Panel(
            "verdicts",
            "QA verdicts",
            "Samples by what became of them.",
            "stacked",
            QUALITY,
            (
                Measure("Passed", "sum(qa_passed)"),
                Measure("Failed", "sum(qa_failed)"),
                Measure("Pending", "sum(qa_pending)"),
            ),
        ),
        Panel(
            "lengths",
            "Rationale lengths",
            "Companies by the length of their rationale, in steps of 50 characters.",
            "histogram",
            "dash_rationale_lengths",
            (Measure("Companies", "sum(companies)"),),
            by="chars_from",
        ),
        Panel(
            "length_medians",
            "Median rationale by run",
            "Characters.",
            "line",
            QUALITY,
            (Measure("Median", "max(rationale_p50_chars)", "chars"),),
            width=12,
            height=6,
        ),
        Panel(
            "quality_runs",
            "Runs",
            "Newest first.",
            "rows",
            QUALITY,
            columns=(
                *("started_at", "tenant_id", "run_id", "emails_verified", "emails_total", "email_verified_rate"),
                *("company_contactable_rate", "qa_drawn", "qa_passed", "qa_failed", "qa_pending", "qa_pass_rate"),
                *("qa_flagged", "rationale_p50_chars"),
            ),
            width=12,
            height=10,
        ),
    ),
)
