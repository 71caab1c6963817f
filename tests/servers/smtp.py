"""A mail server of our own that keeps what it is given, or refuses it as it is told."""

import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers.ground import free_port

ACCEPTED = "250 OK"


@dataclass(frozen=True)
class Letter:
    """One accepted letter, as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text of the letter, its lines ended as Python ends them."""
        body = self.message.get_body(("plain",))
        return "\n".join(body.get_content().splitlines()) if body else ""


class Smtp:
    """A mail server on 127.0.0.1.

    `letters` holds what was accepted, oldest first. `answer_to` decides per recipient, for
    instance `peer.answer_to = lambda address: "451 try later"`; `answer_data` is the answer to
    the letter as a whole.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.forget()
        self._controller: Controller | None = None

    @property
    def host(self) -> str:
        """Where it listens."""
        return "127.0.0.1"

    def forget(self) -> None:
        """Go back to an empty box that accepts everything."""
        self.letters: list[Letter] = []
        self.answer_to: Callable[[str], str] = lambda _: ACCEPTED
        self.answer_data = ACCEPTED

    def start(self) -> None:
        """Listen; the same port again after `stop`."""
        self._controller = Controller(self, hostname=self.host, port=self.port)
        self._controller.start()

    def revive(self) -> None:
        """Listen again if the last test stopped it."""
        if not self._controller:
            self.start()

    def stop(self) -> None:
        """Refuse connections until started again."""
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(  # the name is aiosmtpd's
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Answer to one recipient."""
        answer = self.answer_to(address)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Answer to one letter, and keep it when it is accepted."""
        if self.answer_data.startswith("2"):
            parser = BytesParser(EmailMessage, policy=email.policy.default)
            message = parser.parsebytes(envelope.content)
            self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), message))
        return self.answer_data
