"""Reading the feeds of other services, and the content that their events refer to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
from msgspec import DecodeError, Struct
from msgspec.json import Decoder

from shared.auth.actors import Actor
from shared.errors import Unreachable
from shared.events.content import Reference
from shared.events.heard import Heard

PAGE = 500

Token = Callable[[str, Actor | None], str]
"""Returns a short-lived service token for the service that is asked, and for whom one acts."""


class GenerationDiffers(Exception):
    """The teller's partition is of another generation: it was restored or resharded."""


class Pruned(Exception):
    """The teller no longer keeps what this listener missed; it must rebuild."""


class Page(Struct, frozen=True):
    """A piece of a feed: events in position order, complete up to ``head`` when it was read."""

    generation: str
    head: int
    events: list[Heard]


class Feeds:
    """The feeds of all tellers, over HTTP."""

    def __init__(self, clients: Mapping[str, httpx.Client], token: Token):
        self._clients = clients
        self._token = token

    def heads(self, teller: str) -> dict[tuple[str, int], tuple[str, int]]:
        """Return (generation, head) of each (stream, partition) that this service may read."""
        found = self._ask(teller, "GET", "/internal/heads")
        return {
            (head["stream"], head["partition"]): (head["generation"], head["head"])
            for head in found["heads"]
        }

    def page(self, stream: str, partition: int, *, after: int, generation: str | None) -> Page:
        """Return what follows a position.

        Raises GenerationDiffers, Pruned, or Unreachable.
        """
        query = {"after": str(after), "limit": str(PAGE)}
        if generation:
            query["generation"] = generation
        teller = stream.split(".")[0]
        answer = self._send(teller, "GET", f"/internal/feed/{stream}/{partition}", params=query)
        try:
            return _PAGE.decode(answer.content)
        except DecodeError:
            raise Unreachable from None

    def content(
        self,
        teller: str,
        kind: str,
        references: Sequence[Reference],
        *,
        acting: Actor | None = None,
    ) -> dict[Reference, dict[str, Any] | None]:
        """Return the content of references; None where it is gone for good.

        A reference that the teller leaves out is not known to it yet. Give ``acting`` where a
        member of staff caused the question.
        """
        asked = [
            {"clinic_id": str(r.clinic_id), "subject_id": str(r.subject_id), "version": r.version}
            for r in references
        ]
        body = {"references": asked}
        found = self._ask(teller, "POST", f"/internal/content/{kind}", acting, json=body)
        by_place = {(str(r.clinic_id), str(r.subject_id)): r for r in references}
        return {
            by_place[item["clinic_id"], item["subject_id"]]: item["content"]
            for item in found["items"]
        }

    def _ask(
        self, teller: str, method: str, path: str, acting: Actor | None = None, **how: Any
    ) -> Any:
        try:
            return self._send(teller, method, path, acting, **how).json()
        except ValueError:
            raise Unreachable from None

    def _send(
        self, teller: str, method: str, path: str, acting: Actor | None = None, **how: Any
    ) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self._token(teller, acting)}"}
        try:
            answer = self._clients[teller].request(method, path, headers=bearer, **how)
        except httpx.HTTPError:
            raise Unreachable from None
        if answer.status_code == 409:
            raise GenerationDiffers
        if answer.status_code == 410:
            raise Pruned
        if answer.status_code != 200:
            raise Unreachable
        return answer


_PAGE = Decoder(Page)
