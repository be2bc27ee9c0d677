"""One channel's worker: claims one notification at a time, so that a lease outlasts whatever sending it takes."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from .. import errors, wire
from . import evidence, text
from .channels.base import Channel, Message, Refused, Sent, TryLater
from .patience import Backoff, Complaint

log = logging.getLogger("obs.forward")

_CLAIM = "select * from obs.claim_notifications(%s, %s, 1, %s)"
_MESSAGE = "select obs.notification_message(%s)"
_COMPLETE = "select obs.complete_notification(%s, %s, %s)"
_FAIL = "select obs.fail_notification(%s, %s, %s, %s, %s)"
_LONGEST_PAUSE = 300.0


class Worker(threading.Thread):
    def __init__(
        self,
        name: str,
        channel: Channel,
        dsn: str,
        forwarder_id: str,
        lease: float,
        poll: float,
        stopping: threading.Event,
        complaint: Complaint,
    ) -> None:
        super().__init__(name=f"obs-{name}", daemon=True)
        self.channel_name, self.sent, self.failed = name, 0, 0
        self.last_error: str | None = None
        self._channel, self._dsn, self._forwarder_id = channel, dsn, forwarder_id
        self._lease, self._poll, self._stopping, self._complaint = lease, poll, stopping, complaint
        self._woken = threading.Event()
        self._conn: wire.Connection | None = None
        self._trouble = Backoff(0.2, 30.0)

    def wake(self) -> None:
        self._woken.set()

    def run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                self.drain()
                backoff.reset()
            except (psycopg.Error, wire.NotReadyError) as error:
                self.close()
                self._complaint.say("database", f"the database cannot be used: {errors.summary(error)}")
                self._stopping.wait(backoff.next())
                continue
            self._woken.wait(self._poll)
            self._woken.clear()
        self.close()

    def drain(self, patient: bool = True) -> None:
        """Send until nothing can be claimed; an impatient one leaves when the receiver wants to be left alone."""
        while not self._stopping.is_set():
            pause = self.send_one()
            if pause is None or (pause and not patient):
                return
            self._stopping.wait(pause)

    def send_one(self) -> float | None:
        """Seconds to leave the receiver alone for; None when nothing could be claimed."""
        conn = self._connection()
        with conn.cursor(row_factory=dict_row) as cursor:
            claimed = cursor.execute(
                _CLAIM, (self._forwarder_id, [self.channel_name], timedelta(seconds=self._lease))
            ).fetchone()
        if claimed is None:
            return None
        until = time.monotonic() + self._lease
        message = self._rendered(conn, claimed)
        try:
            sent = self._channel.deliver(message, claimed["external_ref"], claimed["idempotency_key"])
        except (Refused, TryLater) as error:
            return self._give_back(claimed, error, until)
        except Exception as error:  # a channel's own fault must not end the others' work
            log.debug("channel %s", self.channel_name, exc_info=True)
            return self._give_back(claimed, TryLater(f"unexpected {errors.summary(error)}"), until)
        self._acknowledge(claimed, sent, until)
        return 0.0

    def _rendered(self, conn: wire.Connection, claimed: dict[str, Any]) -> Message:
        """The message; when the database cannot write it, what the claim itself says."""
        message: Message | None = claimed["message"]
        try:
            if message is None and claimed["needs_evidence"]:
                evidence.collect(conn, claimed["needs_evidence"])
            if message is None:
                row = conn.execute(_MESSAGE, (claimed["notification_id"],)).fetchone()
                message = row[0] if row else None
        except psycopg.Error as error:
            if conn.closed:
                raise
            self._complaint.say("message", f"a message could not be written: {errors.summary(error)}")
        known = ("tenant_id", "thread_key", "ticket_key", "attempts", "kind", "severity")
        return {**(message or _bare(claimed)), **{name: claimed[name] for name in known}}

    def _acknowledge(self, claimed: dict[str, Any], sent: Sent, until: float) -> None:
        """It went out: say so even over a new connection, or the end of the lease would send it again."""
        ref = None if sent.external_ref is None else Jsonb(sent.external_ref)
        try:
            held = self._say(_COMPLETE, (claimed["notification_id"], self._forwarder_id, ref), until)
        except psycopg.DataError as error:  # what the receiver calls it is too long to keep: sent it is all the same
            self._complaint.say("reference", f"a reference could not be kept: {errors.summary(error)}")
            held = self._say(_COMPLETE, (claimed["notification_id"], self._forwarder_id, None), until)
        self.sent += 1
        self.last_error = None
        self._trouble.reset()
        self._complaint.settle(f"channel {self.channel_name}", f"channel {self.channel_name} works again")
        if held is not True:
            log.warning("%s was sent after its lease: it may come twice", claimed["idempotency_key"])

    def _give_back(self, claimed: dict[str, Any], error: Refused | TryLater, until: float) -> float:
        permanent = isinstance(error, Refused) and error.permanent
        wait = error.retry_after if isinstance(error, TryLater) else None
        reason = text.line(error, 500)
        self.failed += 1
        self.last_error = reason
        after = None if wait is None else timedelta(seconds=wait)
        self._say(_FAIL, (claimed["notification_id"], self._forwarder_id, reason, after, permanent), until)
        fate = "given up" if permanent else "tried again later"
        self._complaint.say(
            f"channel {self.channel_name}", f"{claimed['idempotency_key']} on {self.channel_name} is {fate}: {reason}"
        )
        if permanent:
            return 0.0
        return min(self._trouble.next() if wait is None else wait, _LONGEST_PAUSE)  # the next would fare no better

    def _say(self, statement: str, arguments: tuple[Any, ...], until: float) -> Any:
        backoff = Backoff(0.1, 5.0)
        while True:
            try:
                row = self._connection().execute(statement, arguments).fetchone()
                return row[0] if row else None
            except psycopg.DataError:
                raise
            except (psycopg.Error, wire.NotReadyError):
                self.close()
                if time.monotonic() >= until:
                    raise
                time.sleep(backoff.next())

    def _connection(self) -> wire.Connection:
        if self._conn is None or self._conn.closed:
            self._conn = wire.connect(self._dsn)
            self._conn.execute("set statement_timeout = '20s'")
            self._complaint.settle("database", "the database is there again")
        return self._conn

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()
            self._conn = None


def _bare(claimed: dict[str, Any]) -> Message:
    said = f"obs alert, {claimed['severity']}, {claimed['kind']}"
    ids = ", ".join(map(str, claimed["alert_ids"]))
    return {
        "title": said,
        "text": f"{said}\nAlerts: {ids}\nselect * from obs.alerts;",
        "alert_ids": claimed["alert_ids"],
    }
