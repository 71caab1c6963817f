"""Errors as programs read them (RFC 9457), and the API document that says so."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask, Response, jsonify, request
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from shared.errors import Refusal

PROBLEM_JSON = "application/problem+json"
FOR_PROGRAMS = ("/api/", "/internal/")


class Mistake(Schema):
    """One thing wrong in what was sent."""

    pointer = fields.String(metadata={"description": "where it is, for instance /json/name"})
    detail = fields.String(metadata={"description": "what is wrong, in a sentence"})


class Problem(Schema):
    """Why a request was not done."""

    type = fields.String(metadata={"description": "about:blank, or urn:attune:refusal:<code>"})
    title = fields.String(metadata={"description": "the kind of problem, in a few words"})
    status = fields.Integer(metadata={"description": "the HTTP status"})
    detail = fields.String(metadata={"description": "a sentence that says what to do"})
    instance = fields.String(metadata={"description": "the route, without the ids in it"})
    request_id = fields.UUID(metadata={"description": "give this number when you ask for help"})
    errors = fields.List(fields.Nested(Mistake))


class ProblemApi(Api):
    """flask-smorest, which leaves pages alone and documents errors as they are."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to shared.web.errors, which knows pages from programs."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE: str = PROBLEM_JSON
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


def new_api(app: Flask, *, title: str) -> ProblemApi:
    """Give an app its API document (OpenAPI 3.1) at /api/openapi.json."""
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    return ProblemApi(app)


def for_programs() -> bool:
    """Whether the request came by a door of programs, which read JSON."""
    return request.path.startswith(FOR_PROGRAMS)


def refusal_problem(refusal: Refusal, *, number: str) -> Response:
    """Return a refusal as a problem document."""
    body = {"type": f"urn:attune:refusal:{refusal.code}", "title": _words(refusal.code)}
    return _answer(body | {"detail": str(refusal)}, status=refusal.status, number=number)


def http_problem(error: HTTPException, *, number: str, otherwise: str = "") -> Response:
    """Return an HTTP error as a problem document, with its own headers and its mistakes.

    ``otherwise`` is the sentence where the error has none of its own.
    """
    data: Mapping[str, Any] = getattr(error, "data", None) or {}
    body: dict[str, Any] = {"type": "about:blank", "title": error.name}
    if detail := data.get("message", otherwise):
        body["detail"] = detail
    if mistakes := data.get("errors") or data.get("messages"):
        found = [{"pointer": at, "detail": what} for at, what in leaves(mistakes)]
        body["errors"] = found
    answer = _answer(body, status=error.code or 500, number=number)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers.add(name, value)
    answer.headers.update(dict(data.get("headers") or {}))
    return answer


def leaves(errors: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Yield every sentence in nested marshmallow errors with the pointer to its place."""
    if isinstance(errors, Mapping):
        for key, below in errors.items():
            yield from leaves(below, f"{at}/{key}")
    elif isinstance(errors, list):
        for below in errors:
            yield from leaves(below, at)
    else:
        yield at, str(errors)


def _answer(body: dict[str, Any], *, status: int, number: str) -> Response:
    route = str(request.url_rule) if request.url_rule else ""
    answer = jsonify({**body, "status": status, "instance": route, "request_id": number})
    answer.status_code, answer.content_type = status, PROBLEM_JSON
    return answer


def _words(code: str) -> str:
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in code)
    return spaced.strip().capitalize()
