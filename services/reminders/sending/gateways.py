"""The ways out of the house: a mail server, or the mailbox of this machine."""

import smtplib
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from services.reminders.sending.domain import Handover, Letter
from shared.settings import Smtp

SECONDS_PER_ANSWER = 15.0


class Gateway(Protocol):
    """Hands one letter over, and says what came of it. It never tries twice by itself."""

    def deliver(self, letter: Letter) -> Handover:
        """Hand a letter over."""


class LocalMailbox:
    """Keeps letters on this machine, for laptops and tests."""

    def __init__(self, keep: Callable[[Letter], None]):
        self._keep = keep

    def deliver(self, letter: Letter) -> Handover:
        """Keep a letter in the mailbox."""
        self._keep(letter)
        return Handover.ACCEPTED


class MailServer:
    """Hands letters to a mail server (SMTP), one connection each."""

    def __init__(self, settings: Smtp, seconds_per_answer: float = SECONDS_PER_ANSWER):
        self._settings = settings
        self._timeout = seconds_per_answer

    def deliver(self, letter: Letter) -> Handover:
        """Hand a letter to the server; what fails before its text is sent was not taken."""
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException):
            return Handover.LATER
        try:
            return self._handed(server, letter)
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        """Return a connection ready for a letter; a failed one is closed."""
        settings = self._settings
        server = smtplib.SMTP(settings.host, settings.port, timeout=self._timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if settings.tls:
                server.starttls(context=ssl.create_default_context())
            if settings.user:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server

    def _handed(self, server: smtplib.SMTP, letter: Letter) -> Handover:
        try:
            code, _ = server.mail(self._settings.sender)
            if code < 400:
                code, _ = server.rcpt(letter.to)
        except (OSError, smtplib.SMTPException):
            return Handover.LATER
        if code >= 400:
            return _said(code)
        return _text_sent(server, mail_of(letter, self._settings.sender))


def mail_of(letter: Letter, sender: str) -> EmailMessage:
    """Return a letter as mail: plain text that tracks nobody, nothing personal but the address."""
    mail = EmailMessage()
    mail["From"] = Address(letter.sender, addr_spec=sender)
    mail["To"] = letter.to
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.written_at)
    mail["Message-ID"] = letter.message_id
    mail["List-Unsubscribe"] = f"<{letter.stop_link}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = letter.language
    mail.set_content(letter.text)
    return mail


def _text_sent(server: smtplib.SMTP, mail: EmailMessage) -> Handover:
    """Send the text; once it is on its way, no answer means that nobody knows."""
    try:
        code, _ = server.data(mail.as_bytes())
    except smtplib.SMTPDataError as refused:
        return _said(refused.smtp_code)
    except (OSError, smtplib.SMTPException):
        return Handover.UNKNOWN
    return _said(code)


def _said(code: int) -> Handover:
    if code < 400:
        return Handover.ACCEPTED
    return Handover.LATER if code < 500 else Handover.REFUSED
