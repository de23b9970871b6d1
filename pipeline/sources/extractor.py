"""The extractor of texts, trafilatura, and what it can't do: tell the text of short news from its headline and byline.

Where it finds less than it wants, it gives all that stands in the article instead, run together to one paragraph. What
it had found is then better.
"""

import re
from configparser import ConfigParser
from copy import deepcopy

import trafilatura
from trafilatura.settings import DEFAULT_CONFIG

from pipeline.sources.layout import length

ENOUGH = DEFAULT_CONFIG.getint("DEFAULT", "MIN_EXTRACTED_SIZE")  # characters up to which it is unsure of a finding
FULL = 4 * ENOUGH  # characters from which on nothing is short news, whatever of it is none of the text
PART = 1 / 3  # of what stands in the article, that is its text at least
WORDS = 4  # of a line that may be a sentence


def extracted(markup: str, url: str | None) -> list[str]:
    """The paragraphs of the text that is found in a page's markup.

    Args:
        markup: as `layout.readable` gives it.
        url: its address, where it is known.
    """
    found = _found(markup, url)
    if _letters(found) > FULL:
        return found
    size = _letters(_found(markup, url, least=1))
    if size >= ENOUGH:
        return found
    # Half as much as there is: with less, it would leave out the paragraphs that are no <p>.
    own = _found(markup, url, least=size // 2 + 1)
    has_run_together = not set(own) <= set(found)
    is_text = _letters(own) >= PART * _letters(found) and any(length(line) >= WORDS for line in own)
    return own if has_run_together and is_text else found


def with_tables(markup: str, url: str | None) -> str:
    """The text that is found in a page's markup, with the cells of its tables."""
    return trafilatura.extract(markup, url=url, include_comments=False, include_tables=True) or ""


def letters(text: str) -> str:
    """A text without blanks and marks."""
    return "".join(re.findall(r"\w", text))


def paragraphs(text: str | None) -> list[str]:
    """The lines of a text that are not empty."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _letters(lines: list[str]) -> int:
    return sum(len(letters(line)) for line in lines)


def _found(markup: str, url: str | None, least: int = ENOUGH) -> list[str]:
    """What the extractor finds, when it wants at least so many characters."""
    text = trafilatura.extract(markup, url=url, include_comments=False, include_tables=False, config=_wanting(least))
    return paragraphs(text)


def _wanting(least: int) -> ConfigParser:
    settings: ConfigParser = deepcopy(DEFAULT_CONFIG)
    settings.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(least))
    return settings
