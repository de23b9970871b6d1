"""NLP in processes of its own, off the event loop; one article at a time in each, so that a bad one is known.

A child that crashes, hangs or runs out of memory is replaced, and its article is read once more by a fresh child: the
second failure proves that it is the article, which becomes a `Poison`. Its neighbours go on. Children are spawned (not
forked: Faust's threads would be forked with them) and die with their parent, however it ends.
"""

import asyncio
import contextlib
import ctypes
import logging
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from pipeline.article import Article, EnrichedArticle
from pipeline.errors import Misconfigured, Poison, Unavailable
from pipeline.settings import Settings

log = logging.getLogger(__name__)

START_SECONDS = 180.0  # to import spaCy and load the model on a busy machine
CHILD_MEMORY = 4 * 1024**3  # bytes of address space; a child that needs more fails its article, not the machine
CHARACTERS = 40_000  # of an article that may take the setting's time; a longer one may take as many times longer
BEAT_SECONDS = 5.0  # how often a child at work within its time is said to be: the watchdog waits for those
TRIES = 2  # a child may die for reasons of its own; twice with the same article is the article
PR_SET_PDEATHSIG = 1


class Pool:
    """The processes that read articles.

    Args:
        settings: the model, the number of processes, and the seconds that one article may take.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._children: asyncio.Queue[_Child] = asyncio.Queue()
        self._all: set[_Child] = set()
        self.heartbeat = time.monotonic()

    async def start(self) -> None:
        """Start the processes and wait until all have loaded the model.

        Raises:
            Misconfigured: the model can't be loaded, with the reason.
        """
        children = [self._spawn() for _ in range(self._settings.nlp_processes)]
        await asyncio.gather(*(asyncio.to_thread(child.wait_ready, self._beat) for child in children))
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
            except _ChildFailedError as exc:
                reason = str(exc)
                log.warning("article %s: %s", article.id, reason)
                child = await self._replace(child)
                continue
            finally:
                self._children.put_nowait(child)
                self._beat()
            if isinstance(answer, str):
                return Poison(answer)
            return EnrichedArticle.model_validate_json(answer)
        return Poison(f"NLP: {reason}, {TRIES} times")

    async def _replace(self, child: "_Child") -> "_Child":
        """A fresh child for one that failed; where memory or time is short, it is tried until one starts."""
        child.end()
        while True:
            self._all.discard(child)
            child = self._spawn()
            try:
                await asyncio.to_thread(child.wait_ready, self._beat)
            except Unavailable as exc:
                log.warning("%s; trying again", exc)
                child.end()
                self._beat()
            else:
                return child

    def _spawn(self) -> "_Child":
        child = _Child(self._settings.nlp_model)
        self._all.add(child)
        return child


class _ChildFailedError(Exception):
    """A child crashed, hung or ran out of memory with an article."""


class _Child:
    """One process and the pipe to it."""

    def __init__(self, model: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, model, os.getpid()), daemon=True)
        with _interrupts_held():
            self._process.start()
        theirs.close()

    def wait_ready(self, beat: Callable[[], None]) -> None:
        """Wait for the model.

        Args:
            beat: called now and then while there is time.

        Raises:
            Misconfigured: it can't be loaded.
            Unavailable: the process died or took too long, which a busy machine makes pass.
        """
        if not self._answers(START_SECONDS, beat):
            raise Unavailable(f"the language model did not load within {START_SECONDS:.0f} s")
        try:
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError):
            raise Unavailable("an NLP process ended while it loaded the model (memory?)") from None
        if answer != b"ready":
            raise Misconfigured(answer.decode("utf-8", "replace"))

    def ask(self, payload: bytes, seconds: float, beat: Callable[[], None]) -> bytes | str:
        """Have one article read: the record as JSON, or the reason why it can't be read.

        Args:
            payload: the article as JSON.
            seconds: how long it may take.
            beat: called now and then while there is time.

        Raises:
            _ChildFailedError: the process died, or did not answer in time.
            Misconfigured: something of this installation is missing, which no article is to blame for.
        """
        try:
            self._pipe.send_bytes(payload)
            if not self._answers(seconds, beat):
                raise _ChildFailedError(f"no answer within {seconds:.0f} s")
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError):
            self._process.join(5)
            raise _ChildFailedError(f"the process died (exit code {self._process.exitcode})") from None
        if answer[:1] == b"+":
            return answer[1:]
        said = answer[1:].decode("utf-8", "replace")
        if answer[:1] == b"!":
            raise Misconfigured(said)
        return said

    def _answers(self, seconds: float, beat: Callable[[], None]) -> bool:
        """Whether an answer comes in time; the end of the process counts as one."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._pipe.poll(min(left, BEAT_SECONDS)):
                return True
            beat()
        return False

    def end(self) -> None:
        """Kill the process."""
        with contextlib.suppress(ValueError):
            self._process.kill()
            self._process.join(5)
        self._pipe.close()


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process started inside never sees a Ctrl-C, which is its parent's, not even while it imports."""
    resource_tracker.ensure_running()  # else the first start of a process starts it, which lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, model: str, parent: int) -> None:
    """A child's life: load the model, read articles, until the pipe closes."""
    _prepare(parent)
    from pipeline.enrich.facts import enrich
    from pipeline.enrich.nlp import load

    try:
        nlp = load(model)
    except Misconfigured as exc:
        pipe.send_bytes(str(exc).encode())
        return
    pipe.send_bytes(b"ready")
    while True:
        try:
            payload = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        pipe.send_bytes(_read(payload, nlp, enrich))


def _read(payload: bytes, nlp: Any, enrich: Any) -> bytes:
    """`+` and the record, `-` and the reason why this article can't be read, or `!` and why none can."""
    try:
        record: str = enrich(Article.model_validate_json(payload), nlp).model_dump_json()
    except MemoryError:
        os._exit(9)  # what is left of the heap is not to be trusted; the parent starts a fresh child
    except Misconfigured as exc:
        return f"!{exc}".encode("utf-8", "replace")
    except Exception as exc:  # noqa: BLE001  # whatever the model trips over, it is this article's
        return f"-NLP: {type(exc).__name__}: {exc}"[:1000].encode("utf-8", "replace")
    return b"+" + record.encode()


def _prepare(parent: int) -> None:
    """Die with the parent, and keep to a bounded memory."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_MEMORY, CHILD_MEMORY))
