"""The body of a publishing request: bounded, of a declared type, and split into inputs."""

from collections.abc import Iterator
from itertools import islice

from fastapi import Request

from pipeline.broker import MAX_MESSAGE
from pipeline.sources import lines
from pipeline.sources.door import Door, Input
from pipeline.web.problems import HttpProblem

MAX_INPUTS = 5_000  # of one request: each gets a row in the ledger
MAX_BODY = MAX_MESSAGE  # bytes; a larger archive is published in several requests, or by `geowire publish`
JSON, NDJSON = "application/json", "application/x-ndjson"
EVENT, EVENTS = "application/cloudevents+json", "application/cloudevents-batch+json"
MEDIA_TYPES = (JSON, NDJSON, EVENT, EVENTS)


def media_type(request: Request) -> str:
    """`application/json`, `application/x-ndjson`, or one of CloudEvents in structured mode.

    A form of another site can't send either without asking first (a CORS preflight, which nothing here answers).

    Raises:
        HttpProblem: 415 for any other type.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        wanted = f"Content-Type must be {JSON} (an article, or a list of them), {NDJSON} (one article a line), "
        wanted += f"{EVENT} or {EVENTS}"
        raise HttpProblem(415, "media-type", wanted, headers={"Accept-Post": ", ".join(MEDIA_TYPES)})
    return kind


async def read(request: Request) -> bytes:
    """The body without a byte order mark, of which never more than the limit is held.

    Raises:
        HttpProblem: 413 where it says or turns out to be larger; 400 for a length that is no number.
    """
    declared = request.headers.get("content-length")
    if declared is not None:
        if not (declared.isascii() and declared.isdigit()):
            raise HttpProblem(400, "length", "Content-Length is not a number")
        _check(int(declared))
    body = bytearray()
    async for piece in request.stream():
        body += piece
        _check(len(body))
    return bytes(body.removeprefix(lines.BOM))


def inputs(kind: str, raw: bytes) -> Iterator[Input]:
    """The inputs of a body; a line or an article that can't be taken is a refusal among them.

    Raises:
        HttpProblem: 413 where there are too many, 400 for a list of events as one or the other way round; nothing is
            published then.
    """
    if kind in (EVENT, EVENTS) and raw.lstrip().startswith(b"[") != (kind == EVENTS):
        raise HttpProblem(400, "body", f"{EVENT} is one event, {EVENTS} a list of them")
    door = Door()
    found = lines.ndjson("body", raw.split(b"\n"), door) if kind == NDJSON else lines.document("body", raw, door)
    taken = list(islice(found, MAX_INPUTS + 1))
    if len(taken) > MAX_INPUTS:
        raise HttpProblem(413, "inputs", f"more than {MAX_INPUTS:,} articles; send them in several requests")
    return iter(taken)


def _check(size: int) -> None:
    if size > MAX_BODY:
        raise HttpProblem(413, "body-size", f"the body is larger than {MAX_BODY:,} bytes; send it in several requests")
