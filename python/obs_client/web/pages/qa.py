"""`/qa`: what waits for a reviewer, how runs fare, and the form for one company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from psycopg.types.json import Jsonb

from ... import qa_file
from ...shown import stamp
from ..charts import Chart, by_series
from ..database import Connection
from ..problems import Problem, not_found, problem_of
from ..rendering import Pages, sample_path
from ..service import an_id, id_of, tenant_of
from .parameters import PER_PAGE, check_tenant, paging

_OF = "(%(tenant)s::text is null or tenant_id = %(tenant)s) and (%(run)s::text is null or run_id = %(run)s)"
_COUNT = f"select count(*) as number from obs.qa_worklist where {_OF}"
_WAITING = f"""select * from obs.qa_worklist where {_OF}
    order by age desc, tenant_id, run_id, stratum, draw_rank limit %(limit)s offset %(offset)s"""
RUNS = 30
_RUNS = f"select * from obs.qa_run_status where {_OF} order by started_at desc, tenant_id, run_id limit {RUNS}"
_RESOLVED = "select obs._resolve_tenant(p_run_id => %s, p_tenant_id => %s, p_allowed => null) as tenant_id"
_SAMPLE = """select s.*, r.started_at, r.kind, pg_catalog.current_setting('role') as me,
        s.claimed_until > obs.now() as is_claimed
    from obs.qa_samples s
    join obs.enrichment_runs r on r.tenant_id = s.tenant_id and r.run_id = s.run_id
    where s.tenant_id = %s and s.run_id = %s and s.company_id = %s"""
_CLAIM = """select tenant_id, run_id, company_id
    from obs.qa_claim(p_limit => 1, p_run_id => %s, p_tenant_id => %s)"""
_REVIEW = """select 1 from obs.qa_review(p_run_id => %(run)s, p_company_id => %(company)s, p_result => %(result)s,
    p_notes => %(notes)s, p_checks => %(checks)s, p_revision => %(revision)s, p_tenant_id => %(tenant)s)"""

QUESTIONS = {
    "domain": "Is it the company's own domain, and does its site answer?",
    "about": "Does the text describe this company, and not another one of that name?",
    "contacts": "Is there a business address of somebody there that can be written to?",
    "rationale": "Does the reason given fit the company and its bucket?",
}

Entered = Mapping[str, str]


class QaPages:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._service = pages.service

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/qa", self.worklist, methods=["GET"])
        router.add_api_route("/qa/claim", self.claim, methods=["POST"])
        router.add_api_route("/qa/{run_id:path}/{company_id:path}", self.form, methods=["GET"])
        router.add_api_route("/qa/{run_id:path}/{company_id:path}", self.review, methods=["POST"])

    def worklist(self, request: Request) -> Response:
        of = {"tenant": tenant_of(request), "run": None}
        if run := request.query_params.get("run_id"):
            of["run"] = an_id(run)
        with self._pages.asking(request) as conn:
            if of["run"]:
                of["tenant"] = _resolved(conn, of["run"], of["tenant"])
            else:
                check_tenant(conn, of["tenant"])
            total = (conn.execute(_COUNT, of).fetchone() or {})["number"]
            paged = paging(request, total)
            window = {**of, "limit": PER_PAGE, "offset": paged.offset}
            waiting = conn.execute(_WAITING, window).fetchall()
            runs = conn.execute(_RUNS, of).fetchall()
        x, series, left_out = by_series(
            reversed(runs), lambda run: stamp(run["started_at"])[:10], "tenant_id", "pass_rate"
        )
        chart = Chart(
            "QA pass rate",
            "share of reviewed",
            x,
            series,
            share=True,
            left_out=left_out,
            x_title="day of the run, in UTC",
        )
        return self._pages.render(
            request,
            "qa.html",
            title="QA",
            waiting=waiting,
            runs=runs,
            is_cut=len(runs) == RUNS,
            paged=paged,
            run_id=of["run"],
            tenant_id=of["tenant"],
            checks=qa_file.CHECKS,
            charts=[chart],
        )

    def claim(
        self,
        request: Request,
        form_key: Annotated[str, Form()] = "",
        run_id: Annotated[str, Form()] = "",
        tenant_id: Annotated[str, Form()] = "",
    ) -> Response:
        """Take the oldest sample that nobody has, and go to its form."""
        with self._service.changing(request, form_key) as conn:
            taken = conn.execute(_CLAIM, (run_id or None, tenant_id or None)).fetchone()
        if taken is None:
            raise Problem(404, "Nothing waits for you: all samples are reviewed, or claimed by others.")
        return self._pages.go(request, sample_path(taken["tenant_id"], taken["run_id"], taken["company_id"]))

    def form(self, request: Request, run_id: str, company_id: str) -> Response:
        return self._form(request)

    def review(
        self,
        request: Request,
        run_id: str,
        company_id: str,
        form_key: Annotated[str, Form()] = "",
        tenant_id: Annotated[str, Form()] = "",
        revision: Annotated[str, Form()] = "",
        result: Annotated[str, Form()] = "",
        notes: Annotated[str, Form()] = "",
        domain: Annotated[str, Form()] = "",
        about: Annotated[str, Form()] = "",
        contacts: Annotated[str, Form()] = "",
        rationale: Annotated[str, Form()] = "",
    ) -> Response:
        """Record what the reviewer says; a sample that moved on is shown as it is now, with what was entered."""
        run, company = _ids(request)
        entered = {
            "result": result,
            "notes": notes,
            "domain": domain,
            "about": about,
            "contacts": contacts,
            "rationale": rationale,
        }
        try:
            with self._service.changing(request, form_key) as conn:
                values = {"run": run, "company": company, "tenant": tenant_id or None, **_read(entered, revision)}
                conn.execute(_REVIEW, values)
        except Exception as error:
            problem = problem_of(error)
            if problem.status not in (400, 409):
                raise
            return self._form(request, entered, problem)
        of = {"run_id": run, **({"tenant_id": tenant_id} if tenant_id else {})}
        return self._pages.go(request, f"/qa?{urlencode(of)}")

    def _form(self, request: Request, entered: Entered | None = None, problem: Problem | None = None) -> Response:
        run, company = _ids(request)
        tenant = tenant_of(request)
        with self._pages.asking(request) as conn:
            sample = conn.execute(_SAMPLE, (_resolved(conn, run, tenant), run, company)).fetchone()
            if sample is None:
                raise not_found()
            status = conn.execute(_RUNS, {"tenant": sample["tenant_id"], "run": run}).fetchone()
        return self._pages.render(
            request,
            "sample.html",
            problem.status if problem else 200,
            title=f"Company {company}, run {run}",
            questions=QUESTIONS,
            sample=sample,
            status=status,
            checks=qa_file.CHECKS,
            verdicts=qa_file.VERDICTS,
            results=qa_file.RESULTS,
            entered=entered or {},
            problem=problem,
            claimed_by_other=bool(sample["is_claimed"]) and sample["claimed_by"] != sample["me"],
        )


def _resolved(conn: Connection, run: str, tenant: str | None) -> str:
    """The run's tenant, by the caller's tenants: so it takes as long for somebody else's run as for none."""
    found: str = (conn.execute(_RESOLVED, (run, tenant)).fetchone() or {})["tenant_id"]
    return found


def _ids(request: Request) -> tuple[str, str]:
    return id_of(request, "run_id", 2), id_of(request, "company_id", 1)


def _read(entered: Entered, revision: str) -> dict[str, Any]:
    if entered["result"] not in qa_file.RESULTS:
        raise Problem(400, "Say what it is: pass, fail or needs review.")
    if not revision.isdecimal() or len(revision) > 9:
        raise Problem(400, "The form is not whole: load the page again.")
    for check in qa_file.CHECKS:
        if entered[check] not in ("", *qa_file.VERDICTS):
            raise Problem(400, f"{check} is pass, fail or unknown.")
    checks = {check: {"verdict": entered[check]} for check in qa_file.CHECKS if entered[check]}
    return {
        "result": entered["result"],
        "notes": entered["notes"].replace("\r\n", "\n").strip(),
        "checks": Jsonb(checks),
        "revision": int(revision),
    }
