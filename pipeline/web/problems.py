"""Errors over HTTP: RFC 9457 problem details, which say what happened and never where in the server."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from pipeline.errors import GeowireError, Misconfigured, QueryError, Unavailable

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


class Problem(BaseModel):
    """What an error answer holds; `position`, `expected` and `suggestion` only where a query is at fault."""

    type: str
    title: str
    status: int
    detail: str
    position: int | None = None
    expected: str | None = None
    suggestion: str | None = None


class HttpProblem(Exception):  # noqa: N818  # named after what it carries, as the errors of errors.py are
    """A refusal with its status.

    Args:
        status: the HTTP status.
        kind: the last part of the problem's type, `urn:geowire:problem:<kind>`.
        detail: one sentence for people.
        headers: further headers of the answer.
        extra: further members of the problem.
    """

    def __init__(
        self, status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.extra = dict(headers or {}), extra


def fails(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an endpoint may answer, for OpenAPI."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def describe(exc: Exception) -> HttpProblem:
    """The problem that an exception is to a client; what is not meant for clients becomes a plain 500."""
    match exc:
        case HttpProblem():
            return exc
        case QueryError():
            extra: dict[str, Any] = {
                "position": exc.position,
                "expected": exc.expected or None,
                "suggestion": exc.suggestion,
            }
            return HttpProblem(400, "query", exc.message, **extra)
        case Unavailable():
            log.warning("%s", exc)
            detail = "the broker or the index does not answer; the log of the server tells more, and what to start"
            return HttpProblem(503, "unavailable", detail, headers={"Retry-After": str(RETRY_SECONDS)})
        case Misconfigured():
            log.error("%s", exc)
            return HttpProblem(500, "misconfigured", "a person must act; the log of the server tells what to do")
        case GeowireError():
            return HttpProblem(422, "rejected", str(exc))
        case RequestValidationError():
            return HttpProblem(422, "validation", _first_fault(exc))
        case HTTPException():
            return HttpProblem(exc.status_code, "http", _http_detail(exc), headers=exc.headers)
    return HttpProblem(500, "internal", "an error that was not expected; the log of the server tells more")


def respond(found: HttpProblem) -> Response:
    """The answer for a problem."""
    body = {
        "type": f"urn:geowire:problem:{found.kind}",
        "title": HTTPStatus(found.status).phrase,
        "status": found.status,
        "detail": found.detail,
        **found.extra,
    }
    return Response(orjson.dumps(body), status_code=found.status, headers=found.headers, media_type=MEDIA_TYPE)


async def answer(request: Request, exc: Exception) -> Response:
    """The exception handler of the API."""
    return respond(describe(exc))


def _first_fault(exc: RequestValidationError) -> str:
    fault = exc.errors()[0]
    where = ".".join(str(part) for part in fault["loc"][1:]) or "request"
    return f"{where}: {fault['msg']}"


def _http_detail(exc: HTTPException) -> str:
    if exc.status_code == HTTPStatus.NOT_FOUND:
        return "there is nothing at this address"
    if exc.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"this address takes {(exc.headers or {}).get('Allow', 'another method')} only"
    return str(exc.detail)
