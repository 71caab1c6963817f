"""What a form carries against forgery never gets into an address, on any page."""

import re

import pytest

from tests.house.tree import files, named, text_of

FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
TOKEN = re.compile(r"form_token\(|csrf_token")
BY_ADDRESS = re.compile(r"""(form)?method=["']?get""", re.IGNORECASE)


def leaking(page: str) -> list[str]:
    """Return the forms of a page that hold a token and can be sent as an address."""
    return [form for form in FORM.findall(page) if TOKEN.search(form) and BY_ADDRESS.search(form)]


def test_no_form_with_a_token_is_sent_as_an_address():
    pages = files("*.html")

    assert len(pages) > 50
    assert {named(page): found for page in pages if (found := leaking(text_of(page)))} == {}


@pytest.mark.parametrize(
    "form",
    [
        '<form method="get">{{ parts.form_token() }}</form>',
        '<form method="post">{{ parts.form_token() }}<button formmethod="get">Try</button></form>',
    ],
)
def test_one_that_would_is_noticed(form):
    assert leaking(f"<p>{form}</p>") == [form]
