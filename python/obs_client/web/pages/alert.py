"""`/alerts/{id}`: what an alert says, what was found, and its runbook to tick off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from ..problems import Problem, not_found
from ..rendering import Pages
from .parameters import alert_number

_ALERT = """select a.*, r.title, r.runbook_code, r.comparison
    from obs.alerts a join obs.alert_rules r on r.alert_code = a.alert_code
    where a.alert_id = %s"""
_MOVES = """select from_state, to_state, at, reason from obs.alert_transitions
    where tenant_id = %s and alert_id = %s order by transition_id limit 200"""
_STEPS = "select * from obs.runbook_steps(p_alert_id => %s) order by step"
_NEXT = "select * from obs.next_steps(p_alert_id => %s) order by place limit 1"
_SYMPTOM = "select symptom, next_step from obs.runbooks where runbook_code = %s"
_ACK = "select 1 from obs.ack(p_alert_id => %s, p_note => %s)"
_TICK = "select obs.tick_step(p_alert_id => %s, p_step => %s, p_note => %s)"
_UNTICK = "select obs.untick_step(p_alert_id => %s, p_step => %s)"


class AlertPage:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._service = pages.service

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/alerts/{alert_id}", self.page, methods=["GET"])
        router.add_api_route("/alerts/{alert_id}/ack", self.ack, methods=["POST"])
        router.add_api_route("/alerts/{alert_id}/steps/{step}", self.tick, methods=["POST"])

    def page(self, request: Request, alert_id: str) -> Response:
        with self._service.asking(request) as conn:
            number = _known(alert_id)
            # First: it goes by the caller's tenants, and takes as long for somebody else's alert as for none.
            steps = conn.execute(_STEPS, (number,)).fetchall()
            alert = conn.execute(_ALERT, (number,)).fetchone()
            if alert is None:
                raise not_found()
            moves = conn.execute(_MOVES, (alert["tenant_id"], number)).fetchall()
            next_step = conn.execute(_NEXT, (number,)).fetchone()
            runbook = conn.execute(_SYMPTOM, (alert["runbook_code"],)).fetchone()
        return self._pages.render(
            request,
            "alert.html",
            title=f"{alert['alert_code']} {alert['title']}",
            alert=alert,
            moves=moves,
            steps=steps,
            runbook=runbook,
            next_step=next_step,
            ticked=sum(step["ticked_at"] is not None for step in steps),
        )

    def ack(
        self,
        request: Request,
        alert_id: str,
        form_key: Annotated[str, Form()] = "",
        note: Annotated[str, Form()] = "",
    ) -> Response:
        """Take the alert: its repeats stop."""
        with self._service.changing(request, form_key) as conn:
            number = _known(alert_id)
            conn.execute(_ACK, (number, note.strip() or None))
        return self._pages.go(request, f"/alerts/{number}")

    def tick(
        self,
        request: Request,
        alert_id: str,
        step: str,
        form_key: Annotated[str, Form()] = "",
        note: Annotated[str, Form()] = "",
        done: Annotated[str, Form()] = "",
    ) -> Response:
        """Tick a step, or take the tick back."""
        with self._service.changing(request, form_key) as conn:
            number, place = _known(alert_id), alert_number(step)
            if place is None or place > 1_000:
                raise not_found()
            if done not in ("yes", "no"):
                raise Problem(400, "done is yes or no.")
            if done == "yes":
                conn.execute(_TICK, (number, place, note.strip() or None))
            else:
                conn.execute(_UNTICK, (number, place))
        return self._pages.go(request, f"/alerts/{number}#step-{place}")


def _known(alert_id: str) -> int:
    number = alert_number(alert_id)
    if number is None:
        raise not_found()
    return number
