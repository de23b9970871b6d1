"""Documents of strangers are read in processes of their own: one that keeps a parser busy, or kills it, ends alone.

Whatever comes of a document is its fields or one refusal with a reason.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from pipeline.child import Child, ChildFailedError, ChildHangsError, serve
from pipeline.errors import Rejected, Unavailable
from pipeline.sources.feed import Document, read_document
from pipeline.sources.html import read_page

PROCESSES = 2
SECONDS = 30.0  # for one document; the largest that are fetched take a third of it
START_SECONDS = 120.0  # to import the parsers on a busy machine
MEMORY = 2 * 1024**3  # bytes of address space; the largest documents take a quarter of it
TRIES = 2  # a process may be killed for reasons of its own (memory); twice with the same document is the document
READY = "ready"


class Readers:
    """The processes that read documents; an asynchronous context manager. Each starts when it is first needed.

    Args:
        processes: how many documents are read at the same time.
        seconds: that one document may take.
    """

    def __init__(self, processes: int = PROCESSES, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="reader")  # each asks a process of its own
        self._own = threading.local()
        self._children: set[Child] = set()
        self._closed = False

    async def __aenter__(self) -> "Readers":
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; what they read is given up."""
        self._closed = True
        for child in list(self._children):
            child.kill()
        self._threads.shutdown(cancel_futures=True)
        for child in self._children:
            child.end()

    async def page(self, raw: bytes, url: str) -> dict[str, Any]:
        """As `read_page`, and errors as those of `read`."""
        fields: dict[str, Any] = await self.read(read_page, raw, url)
        return fields

    async def document(self, raw: bytes, headers: Mapping[str, str], url: str) -> Document:
        """As `read_document`, and errors as those of `read`."""
        document: Document = await self.read(read_document, raw, headers, url)
        return document

    async def read(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function of a module makes of a document.

        Raises:
            Rejected: it refused the document or failed at it, or the document took too long or ended the process.
            Unavailable: no process could be started.
        """
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, self._ask, function, arguments)
        if isinstance(answer, Rejected):
            raise answer
        return answer

    def _ask(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        reason = ""
        for _ in range(TRIES):
            child = self._child()
            try:
                return child.ask((function, arguments), self._seconds)
            except ChildHangsError:
                self._end(child)
                return Rejected(f"takes longer than {self._seconds:.0f} s to read")
            except ChildFailedError as exc:
                reason = str(exc)
                self._end(child)
        return Rejected(f"can't be read: {reason}, {TRIES} times")

    def _child(self) -> Child:
        """The process of this thread.

        Raises:
            Unavailable: it does not start.
        """
        known: Child | None = getattr(self._own, "child", None)
        if known is not None:
            return known
        child = Child(_work, memory=MEMORY)
        self._children.add(child)
        if self._closed:
            child.kill()
        try:
            child.answer(START_SECONDS)
        except ChildFailedError as exc:
            self._end(child)
            raise Unavailable(f"a process to read documents did not start: {exc}") from None
        self._own.child = child
        return child

    def _end(self, child: Child) -> None:
        self._own.child = None
        self._children.discard(child)
        child.end()


def _work(pipe: Connection) -> None:
    """The life of a process: read documents. What parsers log of them stays here; the refusal says what matters."""
    logging.getLogger().addHandler(logging.NullHandler())
    pipe.send(READY)
    serve(pipe, _read)


def _read(asked: tuple[Callable[..., Any], tuple[Any, ...]]) -> Any:
    function, arguments = asked
    try:
        return function(*arguments)
    except Rejected as exc:
        return exc
    except MemoryError:
        os._exit(9)  # what is left of the heap is not to be trusted; a fresh process goes on
    except Exception as exc:  # noqa: BLE001  # whatever a stranger's document makes a parser raise, it is one refusal
        return unreadable(exc)


def unreadable(exc: Exception) -> Rejected:
    """The refusal of a document at which a parser failed."""
    return Rejected(f"can't be read: {type(exc).__name__}: {str(exc)[:200]}")
