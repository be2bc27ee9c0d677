"""`/alerts/{id}`: what an alert says, what was found, and its runbook to tick off."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from ...shown import likely_cause, words
from ..problems import Problem, not_found
from ..rendering import Pages
from .parameters import alert_number

_ALERT = """select a.*, r.title, r.runbook_code, r.comparison,
        obs._amount(a.value, b.unit) as value_said, obs._amount(a.threshold, b.unit) as threshold_said,
        b.symptom, b.next_step, obs._last_good_run(a) as last_good_run,
        obs._blast_radius(array[a.alert_id], array[a.tenant_id]) as blast_radius
    from obs.alerts a
    join obs.alert_rules r on r.alert_code = a.alert_code
    left join obs.runbooks b on b.runbook_code = r.runbook_code
    where a.alert_id = %s"""
_MOVES = """select from_state, to_state, at, reason, run_id from obs.alert_transitions
    where tenant_id = %s and alert_id = %s order by transition_id limit 200"""
_STEPS = "select * from obs.runbook_steps(p_alert_id => %s) order by step"
_NEXT = "select * from obs.next_steps(p_alert_id => %s) order by place limit 1"
_TICKS = """select step, action, note, done_by, done_at from obs.runbook_ticks
    where tenant_id = %s and alert_id = %s order by done_at, step, ordinal limit 200"""
_ACK = "select 1 from obs.ack(p_alert_id => %s, p_note => %s)"
_TICK = "select obs.tick_step(p_alert_id => %s, p_step => %s, p_note => %s)"
_UNTICK = "select obs.untick_step(p_alert_id => %s, p_step => %s)"
_DONE = {"tick": "ticked by", "untick": "taken back by", "note": "noted by"}

Row = dict[str, Any]


class AlertPage:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._service = pages.service

    def add_to(self, router: APIRouter) -> None:
        router.add_api_route("/alerts/{alert_id}", self.page, methods=["GET"])
        router.add_api_route("/alerts/{alert_id}/ack", self.ack, methods=["POST"])
        router.add_api_route("/alerts/{alert_id}/steps/{step}", self.tick, methods=["POST"])

    def page(self, request: Request, alert_id: str) -> Response:
        with self._pages.asking(request) as conn:
            number = _known(alert_id)
            # First: it goes by the caller's tenants, and takes as long for somebody else's alert as for none.
            steps = conn.execute(_STEPS, (number,)).fetchall()
            alert = conn.execute(_ALERT, (number,)).fetchone()
            if alert is None:
                raise not_found()
            moves = conn.execute(_MOVES, (alert["tenant_id"], number)).fetchall()
            next_step = conn.execute(_NEXT, (number,)).fetchone()
            ticks = conn.execute(_TICKS, (alert["tenant_id"], number)).fetchall()
        return self._pages.render(
            request,
            "alert.html",
            title=f"{alert['alert_code']} {alert['title']}",
            alert=alert,
            story=_story(alert, moves, ticks),
            cause=likely_cause(alert["evidence"]),
            advice=_advice(alert),
            steps=steps,
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


def _advice(alert: Row) -> str:
    """The next step of the first cause that was found, else of the runbook: as the messages say it."""
    found = [one for one in alert["evidence"] or () if isinstance(one, dict) and one.get("verdict") == "cause"]
    return next((str(one["next_step"]) for one in found if one.get("next_step")), alert["next_step"] or "")


def _story(alert: Row, moves: list[Row], ticks: list[Row]) -> list[Row]:
    """What became of it, in order: moves, taking, ticks. The same move again and again is one entry."""
    told: list[Row] = [
        {
            "at": move["at"],
            "what": f"{words(move['from_state'])} → {words(move['to_state'])}"
            + (f", {move['reason']}" if move["reason"] else ""),
            "run_id": move["run_id"],
            "is_move": True,
        }
        for move in moves
    ]
    if alert["acked_at"]:
        note = f": {alert['ack_note']}" if alert["ack_note"] else ""
        told.append({"at": alert["acked_at"], "what": f"taken by {alert['acked_by']}{note}"})
    for tick in ticks:
        note = f": {tick['note']}" if tick["note"] else ""
        told.append(
            {"at": tick["done_at"], "what": f"step {tick['step']} {_DONE[tick['action']]} {tick['done_by']}{note}"}
        )
    story: list[Row] = []
    for one in sorted(told, key=lambda one: one["at"]):
        last = story[-1] if story else {}
        if one.get("is_move") and last.get("what") == one["what"]:
            last.update(until=one["at"], times=last.get("times", 1) + 1, run_id=one["run_id"])
        else:
            story.append(one)
    return story


def _known(alert_id: str) -> int:
    number = alert_number(alert_id)
    if number is None:
        raise not_found()
    return number
