"""Live blogs and the like: pages that are made of posts, each with its own time, which is not that of the page."""

from itertools import islice, takewhile
from typing import Any

from pipeline.sources import written
from pipeline.sources.layout import length
from pipeline.sources.metadata import Page, flat

NEAR = 8  # elements around a time, one of which may be its post
MANY = 50  # elements beside such a one that are looked at
WITHIN = 12  # elements of a post that are looked at for its day
MAX_STAMP = 60  # characters of a line that tells when
MAX_TEXTS, MAX_TEXT = 200, 5_000  # nodes and characters of an element that are looked at
PROSE = 8  # words that a post has at least, links left out
MAX_ARTICLES = 1_000  # of a page that are looked at
LIKE = 5  # times as long as another post one may be; the article itself is longer than what is told of others


def in_posts(element: Any, headline: Any, language: str) -> bool:
    """Whether a time stands in one of several posts: there are others of its kind beside it, with times and texts.

    Args:
        element: that tells when.
        headline: the element of the page's headline, if there is one: no post has it.
        language: as `written.language_of` gives it.
    """
    above = [] if headline is None else [headline, *headline.iterancestors()]
    around = (each for each in islice([element, *element.iterancestors()], NEAR) if each.tag != "time")
    for each in takewhile(lambda each: each.tag != "body" and all(each is not tag for tag in above), around):
        others = [other for other in _beside(each) if _is_alike(each, other) and _tells_when(other, language)]
        if others and (_are_posts(each, others) or _lead_posts(each, others)):
            return True
    return False


def articles_of_posts(page: Page, headline: Any, language: str) -> list[Any]:
    """The `<article>`s of a page that are but parts of its article: posts with times beside each other.

    Args:
        page: the page.
        headline: the element of its headline, if there is one: no `<article>` around it is a part.
        language: as `written.language_of` gives it.
    """
    if headline is None or next(headline.iterancestors("article"), None) is not None:
        return []
    beside: dict[Any, list[Any]] = {}
    for each in islice(page.tree.iter("article"), MAX_ARTICLES):
        beside.setdefault(each.getparent(), []).append(each)
    found: list[Any] = []
    for articles in beside.values():
        sizes = sorted((_size(each) for each in articles if _tells_when(each, language)), reverse=True)
        if len(sizes) > 1 and PROSE <= sizes[0] <= LIKE * sizes[1]:
            found += [each for each in articles if _size(each) <= LIKE * sizes[1]]
    return found


def _beside(element: Any) -> list[Any]:
    found = [*islice(element.itersiblings(), MANY), *islice(element.itersiblings(preceding=True), MANY)]
    return [each for each in found if isinstance(each.tag, str)]


def _is_alike(one: Any, other: Any) -> bool:
    """Whether two elements are of one kind."""
    first, second = ((each.get("class") or "").split() for each in (one, other))
    return bool(one.tag == other.tag and (first == second or set(first) & set(second)))


def _tells_when(element: Any, language: str) -> bool:
    if next(element.iter("time"), None) is not None:
        return True
    texts = (flat(_beginning(each)) for each in islice(element.iter("*"), WITHIN))
    return any(len(text) <= MAX_STAMP and next(written.find(text, language), None) for text in texts)


def _are_posts(one: Any, others: list[Any]) -> bool:
    """Whether elements have texts of their own, of much the same length."""
    sizes = [_size(each) for each in others]
    return PROSE <= _size(one) <= LIKE * max(sizes) and max(sizes) >= PROSE


def _lead_posts(one: Any, others: list[Any]) -> bool:
    """Whether elements stand each before a text of its own: three of them, for a page may have a day at both ends."""
    heads = [one, *others]
    return _is_followed(one, heads) and sum(_is_followed(each, heads) for each in others) >= 2


def _is_followed(element: Any, heads: list[Any]) -> bool:
    size = 0
    for each in islice(element.itersiblings(), MANY):
        if any(each is head for head in heads):
            break
        size += _size(each) if isinstance(each.tag, str) else 0
    return size >= PROSE


def _size(element: Any) -> int:
    """How many words stand in the beginning of an element that are no link's."""
    links = (_beginning(link) for link in islice(element.iter("a"), MANY))
    return length(_beginning(element)) - sum(map(length, links))


def _beginning(element: Any) -> str:
    return "".join(islice(element.itertext(), MAX_TEXTS))[:MAX_TEXT]
