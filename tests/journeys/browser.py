"""A person with a browser: opens pages, follows links, fills in forms and presses buttons."""

from copy import copy
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

PATIENCE_SECONDS = 60.0


@dataclass
class Form:
    """A form as a page shows it: what it holds when nobody has typed, and its buttons."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What a person sees of a page: its words, links and forms."""

    def __init__(self, html: str):
        super().__init__()
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._pick: tuple[str, bool] | None = None
        self._text: list[str] | None = None
        self._open: dict[str, str | None] = {}
        self._quiet = 0
        self.feed(html)

    @property
    def text(self) -> str:
        """All words of the page in one line."""
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs) -> None:
        """Note a link, a form or one of its fields."""
        given = dict(attrs)
        if tag in ("script", "style"):
            self._quiet += 1
        if tag == "form":
            self._form = Form(given.get("action") or "", (given.get("method") or "get").lower())
            self.forms.append(self._form)
        elif tag in ("a", "button", "textarea"):
            self._open, self._text = {"tag": tag, **given}, []
        elif tag == "select" and self._form:
            self._pick = (given.get("name") or "", False)
        elif tag == "option" and self._form and self._pick:
            name, chosen = self._pick
            if "selected" in given or not chosen:
                self._form.values[name] = [given.get("value") or ""]
                self._pick = (name, chosen or "selected" in given)
        elif tag == "input" and self._form:
            self._input(given)

    def handle_endtag(self, tag) -> None:
        """Finish what began."""
        if tag in ("script", "style"):
            self._quiet -= 1
        if tag == "form":
            self._form = None
        if tag == "select":
            self._pick = None
        if self._text is not None and tag == self._open.get("tag"):
            self._named(tag, " ".join("".join(self._text).split()))
            self._text = None

    def handle_data(self, data) -> None:
        """Keep the words."""
        if not self._quiet:
            self.words.append(data)
        if self._text is not None:
            self._text.append(data)

    def _named(self, tag: str, says: str) -> None:
        name, value = self._open.get("name") or "", self._open.get("value") or ""
        if tag == "a":
            self.links.append((says, self._open.get("href") or ""))
        elif self._form and tag == "textarea":
            self._form.values[name] = ["".join(self._text or [])]
        elif self._form:
            self._form.buttons.append((says, name, value))

    def _input(self, given) -> None:
        kind, name, value = given.get("type", "text"), given.get("name"), given.get("value") or ""
        if not name or (kind in ("radio", "checkbox") and "checked" not in given):
            return
        self._form.values.setdefault(name, []).append(value or ("on" if kind == "checkbox" else ""))


class Browser:
    """One browser with its cookies, on one page at a time."""

    def __init__(self, transport: httpx.BaseTransport, base_url: str = "http://localhost:8000"):
        self._client = httpx.Client(
            transport=transport, base_url=base_url, follow_redirects=True, timeout=PATIENCE_SECONDS
        )
        self.answer: httpx.Response | None = None
        self.page = Page("")

    def new_tab(self) -> "Browser":
        """Return another tab of the same browser, for a link of this page: the same cookies."""
        return copy(self)

    def close(self) -> None:
        """Close the browser, and its connections."""
        self._client.close()

    def open(self, address: str) -> "Browser":
        """Go to an address."""
        return self._shown(self._client.get(address))

    def follow(self, says: str) -> "Browser":
        """Follow the first link whose words begin so."""
        address = next((href for words, href in self.page.links if words.startswith(says)), None)
        assert address is not None, f"no link {says!r} among {self.page.links}"
        return self.open(urljoin(str(self.answer.url), address))

    def press(self, says: str, **typed: str | list[str]) -> "Browser":
        """Fill in the form that has this button, and press it; ``_`` in a field's name is kept."""
        form, button = self._form(says)
        values = {**form.values, **{name: _listed(value) for name, value in typed.items()}}
        if button[1]:
            values[button[1]] = [button[2]]
        address = urljoin(str(self.answer.url), form.action)
        if form.method == "get":
            return self._shown(self._client.get(address, params=values))
        return self._shown(self._client.post(address, data=values))

    @property
    def status(self) -> int:
        """The status of the page."""
        return self.answer.status_code

    @property
    def text(self) -> str:
        """The words of the page."""
        return self.page.text

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.answer.url.path

    def json(self, address: str):
        """Ask an API."""
        answer = self._client.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.text[:500])
        return answer.json()

    def _form(self, says: str):
        for form in self.page.forms:
            for button in form.buttons:
                if button[0].startswith(says):
                    return form, button
        raise AssertionError(f"no button {says!r} on {self.answer.url}: {self.text[:600]}")

    def _shown(self, answer: httpx.Response) -> "Browser":
        self.answer = answer
        html = "html" in answer.headers.get("content-type", "")
        self.page = Page(answer.text if html else "")
        return self


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
