"""A process that works for this one through a pipe: whatever it trips over, hangs at or is killed by ends it alone.

Children are spawned (not forked: the threads of others would be forked with them), hold a bounded memory, and die with
their parent, however it ends: with the thread that started them, in fact.
"""

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

BEAT_SECONDS = 5.0  # how often a child at work within its time is said to be
PR_SET_PDEATHSIG = 1


class ChildFailedError(Exception):
    """A child crashed, hung or ran out of memory with what it was asked; it is of no more use, end it."""


class ChildHangsError(ChildFailedError):
    """A child did not answer in time."""


class Child:
    """One process and the pipe to it.

    Args:
        work: the life of the child, of a module that it can import: takes the pipe and `arguments`.
        memory: bytes of address space; a child that needs more fails what it works at, not the machine.
    """

    def __init__(self, work: Callable[..., None], *arguments: Any, memory: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_live, args=(os.getpid(), memory, theirs, work, arguments), daemon=True)
        with _interrupts_held():
            self._process.start()
        theirs.close()

    def ask(self, question: Any, seconds: float, beat: Callable[[], None] = lambda: None) -> Any:
        """Send something, and wait for what comes of it; arguments and errors as those of `answer`."""
        try:
            self._pipe.send(question)
        except OSError:
            raise self._died() from None
        return self.answer(seconds, beat)

    def answer(self, seconds: float, beat: Callable[[], None] = lambda: None) -> Any:
        """What the child says next.

        Args:
            seconds: how long it may take.
            beat: called now and then while there is time.

        Raises:
            ChildHangsError: the process did not answer in time.
            ChildFailedError: it died.
        """
        deadline = time.monotonic() + seconds
        try:
            while (left := deadline - time.monotonic()) > 0:
                if self._pipe.poll(min(left, BEAT_SECONDS)):
                    return self._pipe.recv()
                beat()
        except (EOFError, OSError):
            raise self._died() from None
        raise ChildHangsError(f"no answer within {seconds:.0f} s")

    def end(self) -> None:
        """Kill the process."""
        self.kill()
        self._pipe.close()

    def kill(self) -> None:
        """Kill the process, and leave the pipe to whoever waits at it in another thread."""
        with contextlib.suppress(ValueError):
            self._process.kill()
            self._process.join(5)

    def _died(self) -> ChildFailedError:
        self._process.join(5)
        return ChildFailedError(f"the process died (exit code {self._process.exitcode})")


def serve(pipe: Connection, work: Callable[[Any], Any]) -> None:
    """What a child does: answer each question, until the pipe closes."""
    while True:
        try:
            question = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(work(question))


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process started inside never sees a Ctrl-C, which is its parent's, not even while it imports."""
    resource_tracker.ensure_running()  # else the first start of a process starts it, which lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(parent: int, memory: int, pipe: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """A child's life."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    work(pipe, *arguments)
