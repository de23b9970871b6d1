"""The processes that read documents of strangers: what a document does to one of them is its own refusal."""

import os
import time
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest

from pipeline.errors import Rejected
from pipeline.sources.feed import Document
from pipeline.sources.reading import Readers
from tests.sources.misbehaving import item, rss


@pytest.fixture
async def readers() -> AsyncIterator[Readers]:
    """One process, and little patience."""
    async with Readers(processes=1, seconds=3) as opened:
        yield opened


@pytest.mark.parametrize(
    ("function", "argument", "reason"),
    [
        (time.sleep, 600, "takes longer than 3 s to read"),
        (os._exit, 9, r"can't be read: the process died \(exit code 9\), 2 times"),
        (int, "three", "can't be read: ValueError: invalid literal"),
        (bytearray, 1 << 40, "can't be read: the process died"),
    ],
)
async def test_each_bad_document_is_refused_with_its_reason(
    readers: Readers, function: Any, argument: object, reason: str
) -> None:
    with pytest.raises(Rejected, match=reason):
        await readers.read(function, argument)
    document = await readers.document(rss(item(1)), {}, "https://a.example/feed")
    assert isinstance(document, Document)
    assert [entry.fields["title"] for entry in document.entries] == ["Report 1"]
    with pytest.raises(Rejected, match="neither a feed"):
        await readers.document(b"", {}, "https://a.example/feed")
    with pytest.raises(Rejected, match="no article text"):
        await readers.page(b"<html><body></body></html>", "https://a.example/1")


async def test_no_process_outlives_them() -> None:
    async with Readers(processes=1) as readers:
        pid = await readers.read(os.getpid)
        assert pid != os.getpid()
        assert await readers.read(os.getpid) == pid
    assert not psutil.pid_exists(pid)
