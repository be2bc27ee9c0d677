"""A mail server on this machine that demands STARTTLS and a login."""

from __future__ import annotations

import email
import email.policy
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from support.cluster import free_port


class MailServer:
    def __init__(self, directory: Path, host_name: str = "localhost") -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert(host_name)
        self.ca_file = directory / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self.context)
        self._closed = False
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []  # said to DATA first, one a letter
        self._controller = Controller(
            self,
            hostname="127.0.0.1",
            port=free_port(),
            tls_context=self.context,
            require_starttls=True,
            auth_required=True,
            authenticator=_authenticate,
        )
        self._controller.start()
        self.port = self._controller.port

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append(cast(EmailMessage, letter))
        return "250 kept"

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._controller.stop(no_assert=True)


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"obs", b"good")
    return AuthResult(success=good, handled=False)
