"""NLP in processes of its own, off the event loop; one article at a time in each, so that a bad one is known.

A child that crashes, hangs or runs out of memory is replaced, and its article is read once more by a fresh child: the
second failure proves that it is the article, which becomes a `Poison`. Its neighbours go on.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from pipeline.article import Article, EnrichedArticle
from pipeline.child import Child, ChildFailedError, serve
from pipeline.errors import Misconfigured, Poison, Unavailable
from pipeline.settings import Settings

log = logging.getLogger(__name__)

START_SECONDS = 180.0  # to import spaCy and load the model on a busy machine
CHILD_MEMORY = 4 * 1024**3  # bytes of address space; a child that needs more fails its article, not the machine
CHARACTERS = 40_000  # of an article that may take the setting's time; a longer one may take as many times longer
TRIES = 2  # a child may die for reasons of its own; twice with the same article is the article
READY = "ready"


class Pool:
    """The processes that read articles.

    Args:
        settings: the model, the number of processes, and the seconds that one article may take.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: asyncio.Queue[Child] = asyncio.Queue()
        self._all: set[Child] = set()
        self.heartbeat = time.monotonic()

    async def start(self) -> None:
        """Start the processes and wait until all have loaded the model.

        Raises:
            Misconfigured: the model can't be loaded, with the reason.
        """
        children = [self._spawn() for _ in range(self._settings.nlp_processes)]
        await asyncio.gather(*(asyncio.to_thread(_wait_ready, child, self._beat) for child in children))
        for child in children:
            self._children.put_nowait(child)
        self._beat()

    async def enrich(self, articles: Sequence[Article]) -> list[EnrichedArticle | Poison]:
        """Read articles, spread over the processes; one result for each, in order."""
        return list(await asyncio.gather(*(self._one(article) for article in articles)))

    def close(self) -> None:
        """End all children."""
        for child in self._all:
            child.end()
        self._all.clear()

    def _beat(self) -> None:
        self.heartbeat = time.monotonic()

    async def _one(self, article: Article) -> EnrichedArticle | Poison:
        payload = article.model_dump_json().encode()
        seconds = self._settings.nlp_timeout * max(1.0, len(article.text) / CHARACTERS)
        reason = ""
        for _ in range(TRIES):
            child = await self._children.get()
            try:
                answer = await asyncio.to_thread(child.ask, payload, seconds, self._beat)
            except ChildFailedError as exc:
                reason = str(exc)
                log.warning("article %s: %s", article.id, reason)
                child = await self._replace(child)
                continue
            finally:
                self._children.put_nowait(child)
                self._beat()
            if isinstance(answer, Misconfigured):
                raise answer
            if isinstance(answer, str):
                return Poison(answer)
            return EnrichedArticle.model_validate_json(answer)
        return Poison(f"NLP: {reason}, {TRIES} times")

    async def _replace(self, child: Child) -> Child:
        """A fresh child for one that failed; where memory or time is short, it is tried until one starts."""
        child.end()
        while True:
            self._all.discard(child)
            child = self._spawn()
            try:
                await asyncio.to_thread(_wait_ready, child, self._beat)
            except Unavailable as exc:
                log.warning("%s; trying again", exc)
                child.end()
                self._beat()
            else:
                return child

    def _spawn(self) -> Child:
        child = Child(_work, self._settings.nlp_model, memory=CHILD_MEMORY)
        self._all.add(child)
        return child


def _wait_ready(child: Child, beat: Callable[[], None]) -> None:
    """Wait for the model.

    Args:
        beat: called now and then while there is time.

    Raises:
        Misconfigured: it can't be loaded.
        Unavailable: the process died or took too long, which a busy machine makes pass.
    """
    try:
        answer = child.answer(START_SECONDS, beat)
    except ChildFailedError as exc:
        raise Unavailable(f"an NLP process has not loaded the language model: {exc} (memory?)") from None
    if answer != READY:
        raise Misconfigured(answer)


def _work(pipe: Connection, model: str) -> None:
    """A child's life: load the model, read articles."""
    from pipeline.enrich.facts import enrich
    from pipeline.enrich.nlp import load

    try:
        nlp = load(model)
    except Misconfigured as exc:
        pipe.send(str(exc))
        return
    pipe.send(READY)
    serve(pipe, lambda payload: _read(payload, nlp, enrich))


def _read(payload: bytes, nlp: Any, enrich: Any) -> bytes | str | Misconfigured:
    """The record, the reason why this article can't be read, or why none can."""
    try:
        record: str = enrich(Article.model_validate_json(payload), nlp).model_dump_json()
    except MemoryError:
        os._exit(9)  # what is left of the heap is not to be trusted; the parent starts a fresh child
    except Misconfigured as exc:
        return exc
    except Exception as exc:  # noqa: BLE001  # whatever the model trips over, it is this article's
        return f"NLP: {type(exc).__name__}: {exc}"[:1000]
    return record.encode()
