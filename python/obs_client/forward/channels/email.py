"""E-mail over SMTP, encrypted: one conversation an alert, by stable Message-ID and References."""

from __future__ import annotations

import smtplib
import ssl
from email.errors import HeaderParseError, MessageDefect
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Literal

from .. import text
from ..options import ConfigError, Options
from .base import Message, Ref, Refused, Sent, TryLater, stable_id

Encryption = Literal["starttls", "tls", "none"]


class Email:
    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        recipients: list[str],
        user: str | None = None,
        password: str | None = None,
        encryption: str = "starttls",
        context: ssl.SSLContext | None = None,
        timeout: float = 10.0,
    ) -> None:
        self._host, self._port, self.sender, self.recipients = host, port, sender, recipients
        self._user, self._password = user, password
        self._encryption, self._timeout = encryption, timeout
        self._context = context or ssl.create_default_context()
        self.domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"

    def deliver(self, message: Message, ref: Ref | None, idempotency_key: str) -> Sent:
        letter = self.letter(message, ref, idempotency_key)
        self.post(letter, self.recipients)
        return Sent({"message_id": idempotency_key} if ref is None else ref)

    def post(self, letter: EmailMessage, recipients: list[str]) -> None:
        """Hand a letter to the mail server. TryLater.perhaps_sent: it was lost while the server had it."""
        under_way = False
        try:
            with self._connect() as smtp:
                under_way = True
                smtp.send_message(letter, from_addr=self.sender, to_addrs=recipients)
                under_way = False
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise self._failed(max(codes, default=550), "no recipient was accepted") from error
        except smtplib.SMTPResponseException as error:
            said = (
                error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
            )
            raise self._failed(error.smtp_code, str(said)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(f"SMTP: {text.line(error, 200)}") from error
        except ssl.SSLCertVerificationError as error:
            raise Refused(f"SMTP: the certificate of {self._host} is not trusted: {error.verify_message}") from error
        except (smtplib.SMTPException, OSError) as error:
            reason = f"SMTP: {type(error).__name__}: {text.line(error, 200)}"
            raise TryLater(reason, perhaps_sent=under_way) from error

    def close(self) -> None:
        """Each message has a connection of its own."""

    def letter(self, message: Message, ref: Ref | None, idempotency_key: str) -> EmailMessage:
        """The same for each try of a notification."""
        letter = EmailMessage()
        letter["From"] = self.sender
        letter["To"] = ", ".join(self.recipients)
        letter["Subject"] = text.title(message)
        letter["Date"] = formatdate()
        letter["Message-ID"] = f"<{idempotency_key}@{self.domain}>"
        # The thread's own name comes first, so that answers meet even when the first letter was never stored.
        thread = f"<obs-thread-{stable_id(message, idempotency_key, 'thread_key')}@{self.domain}>"
        # Kept without the domain: with it, an audit of what is stored would take it for somebody's address.
        first = str((ref or {}).get("message_id") or "")
        first = f"<{first}@{self.domain}>" if first and "@" not in first else first
        if first and first != letter["Message-ID"]:
            letter["In-Reply-To"] = text.line(first)
            letter["References"] = f"{thread} {text.line(first)}"
        else:
            letter["References"] = thread
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Obs-Idempotency-Key"] = idempotency_key
        letter.set_content(text.body(message) + "\n")
        return letter

    def _connect(self) -> smtplib.SMTP:
        if self._encryption == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=self._context)
        else:
            smtp = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._encryption == "starttls":
                smtp.starttls(context=self._context)
            if self._user is not None and self._password is not None:
                smtp.login(self._user, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @staticmethod
    def _failed(code: int, said: str) -> Refused | TryLater:
        reason = f"SMTP {code}: {text.line(said, 200)}"
        return TryLater(reason) if 400 <= code < 500 or code <= 0 else Refused(reason)


def from_options(options: Options) -> Email:
    encryption = options.choice("encryption", "starttls", "starttls", "tls", "none")
    user, password = options.optional("user"), options.optional_secret("password")
    if (user is None) != (password is None):
        raise ConfigError(f"{options.where} needs user and password, or neither")
    if encryption == "none" and password is not None:
        raise ConfigError(f"{options.where}: a password is sent only over starttls or tls")
    port = {"starttls": 587, "tls": 465, "none": 25}[encryption]
    made = Email(
        options.text("host"),
        int(options.number("port", port, 1, 65535)),
        options.text("from"),
        options.texts("to"),
        user,
        password,
        encryption,
        options.authority(),
        options.number("timeout_s", 10, 1, 25),
    )
    try:
        made.letter({}, None, "obs-check-0").as_bytes()
    except (ValueError, HeaderParseError, MessageDefect, IndexError):
        raise ConfigError(f"{options.where}: from or to is no e-mail address") from None
    return made
