"""Trying the way to the mail server, one step after another, before a clinic depends on it."""

import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage

from shared.errors import Refusal
from shared.settings import Settings

PATIENCE_SECONDS = 10.0


class MailNotWell(Refusal):
    """The mail server did not do what it should."""


def try_mail(settings: Settings, *, to: str | None = None) -> Iterator[str]:
    """Try each step, and say in a sentence what went well; raises MailNotWell where one did not.

    A password goes out only over an encrypted connection.
    """
    smtp = settings.smtp
    if not smtp.host:
        yield "no mail server is set: letters go to the mailbox page of this computer."
        return
    try:
        with smtplib.SMTP(smtp.host, smtp.port, timeout=PATIENCE_SECONDS) as server:
            yield f"{smtp.host}:{smtp.port} answers."
            if smtp.tls:
                server.starttls(context=ssl.create_default_context())
                yield "the connection is encrypted, and the certificate is the right one."
            if smtp.user:
                _refuse_plain_password(settings)
                server.login(smtp.user, smtp.password)
                yield "the sign-in is accepted."
            if to:
                server.send_message(_letter(smtp.sender, to))
                yield f"a test letter was handed over; look for it at {to}."
    except smtplib.SMTPResponseException as said:
        raise MailNotWell(f"The mail server refused, with code {said.smtp_code}.") from said
    except (OSError, smtplib.SMTPException) as problem:
        raise MailNotWell(
            f"{smtp.host}:{smtp.port} cannot be used ({type(problem).__name__}). "
            "Look at ATTUNE_SMTP_HOST, ATTUNE_SMTP_PORT and ATTUNE_SMTP_TLS."
        ) from problem


def _refuse_plain_password(settings: Settings) -> None:
    if settings.production and not settings.smtp.tls:
        raise MailNotWell("A password would go out unencrypted: set ATTUNE_SMTP_TLS=yes.")


def _letter(sender: str, to: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, "A short test"
    letter.set_content("This letter shows that mail arrives. There is nothing to do.\n")
    return letter
