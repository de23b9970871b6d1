"""The cards on an article's page that are surely of other articles, and so no part of its text.

A round-up, a live blog and a list are made of such cards too, so their form alone shows it seldom: they stand beside
the article, under a heading that says so, or are whole links, dated, or with pictures that lead there too. And without
them an article must be left.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice, pairwise
from typing import Any

from pipeline.sources.boilerplate import pattern
from pipeline.sources.cards import HEADLINE, MAX_DEPTH, Card, text_of
from pipeline.sources.layout import length
from pipeline.sources.metadata import Page, flat, squeezed

SEVERAL, MANY = 2, 3  # cards
SENTENCE = 8  # words of a text that is the article's own at least
HEAD = 6  # words of a heading above cards at most
NAME = 3  # words of a section's name at most
UP = 3  # elements around a card, and before it, that are looked at for its heading
LINKED = 0.8  # of the words of a card that is a link
MAX_TEXTS, MAX_LINES = 2000, 1000  # texts of a page, and lines of what was found on it, that are looked at
MAX_TEXT = 2000  # characters of a card

_TEXTS = "//body//text()[string-length(normalize-space(.)) > 24]"
_APART = {"a", "aside", "button", "figcaption", "footer", "form", "nav", "noscript", "script", "style", "textarea"}
_PLACES = "//article|//main|//*[@role='main']|//*[contains(@itemprop, 'articleBody')]"
_FLAT = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}  # parts of a text rather than boxes
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")
_ASIDE = "ancestor-or-self::aside|ancestor-or-self::*[@role='complementary']"


def related(page: Page, title: str | None, shown: Sequence[Card]) -> list[Any]:
    """The elements of cards that are of other articles, with the headings above them; none where no text would be left.

    Args:
        page: the page; it stays as it is.
        title: its headline.
        shown: its cards.
    """
    found = Related(page, shown)
    may_be_index = length(title or "") <= NAME and found.size < sum(length(text_of(card)) for card in found.cards)
    if not found.own or may_be_index or page.news.get("liveBlogUpdate"):
        return []
    apart = [card for card in found.cards if found.is_apart(card[0])]
    taken = [each for card in apart for each in card if found.is_apart(each)] if len(apart) >= SEVERAL else []
    return _with_headings([*taken, *found.of_others()], found.own)


def has_cards(lines: Sequence[str], shown: Sequence[Card]) -> bool:
    """Whether a line of a text stands in a card of its page, whatever that is of."""
    texts = "\n".join(squeezed(text_of(card)[:MAX_TEXT]) for card in shown)
    return any(length(line) >= HEADLINE and squeezed(line) in texts for line in lines[:MAX_LINES])


def without_related(lines: Sequence[str], others: Sequence[Any]) -> list[str]:
    """Lines of a text but for those that stand in cards; short ones only beside others of the same card."""
    texts, found = [squeezed(text_of([each])) for each in others], [squeezed(line) for line in lines[:MAX_LINES]]
    places = [next((number for number, text in enumerate(texts) if line in text), None) for line in found]
    kept, last = list[str](), None
    for number, line in enumerate(lines):
        place = places[number] if number < MAX_LINES else None
        if place is not None and (length(line) >= HEADLINE or place in (last, *places[number + 1 : number + 2])):
            last = place
        else:
            kept.append(line)
            last = None
    return kept


@dataclass(frozen=True)
class Related:
    """The cards of a page, and how much text it has beside them.

    Args:
        page: the page.
        shown: its cards.
    """

    page: Page
    shown: Sequence[Card]

    @cached_property
    def groups(self) -> dict[tuple[Any, str], list[Card]]:
        """The cards by the element they stand in and their tag, but the one that holds the headline."""
        found: dict[tuple[Any, str], list[Card]] = {}
        for card in self.shown:
            parent = card[0].getparent()
            if parent is not None and next(card[0].iter("h1", "body", "main"), None) is None:
                found.setdefault((parent, card[0].tag), []).append(card)
        return {key: [card[: _parts(group)] for card in group] for key, group in found.items()}

    @cached_property
    def cards(self) -> list[Card]:
        """All of them."""
        return [card for group in self.groups.values() for card in group]

    @cached_property
    def own(self) -> Counter[Any]:
        """How many words of sentences each element has that stand in no card."""
        inside = {each for card in self.cards for each in card}
        found: Counter[Any] = Counter()
        for text in self.page.tree.xpath(_TEXTS)[:MAX_TEXTS]:
            size, tag = length(text), text.getparent()
            above = [*(() if text.is_tail else (tag,)), *tag.iterancestors()]
            if size >= SENTENCE and not any(each.tag in _APART or each in inside for each in above):
                found.update(dict.fromkeys(above, size))
        return found

    @property
    def size(self) -> int:
        """How many words of its own it has."""
        return max(self.own.values(), default=0)

    @cached_property
    def places(self) -> list[Any]:
        """The elements that call themselves the article, or the page's main part, and have most of its sentences."""
        return [each for each in self.page.tree.xpath(_PLACES) if 2 * self.own[each] > self.size]

    def is_apart(self, tag: Any) -> bool:
        """Whether an element stands beside the article; one `<article>` beside another may be a post of the same."""
        above = {tag, *tag.iterancestors()}
        is_post = tag.tag == "article"
        outside = (place for place in self.places if place not in above)
        beside = any(not is_post or place.getparent() is not tag.getparent() for place in outside)
        return beside or bool(tag.xpath(_ASIDE))

    def of_others(self) -> list[Any]:
        """The elements of cards that stand with others of their kind, and whose form or heading shows what they are."""
        taken, rows = list[Any](), set[Any]()
        for (parent, tag), group in self.groups.items():
            row = group[0][0] if len(group) == 1 else parent  # a card alone in its row is as large as that
            is_next = row.getprevious() in rows and _is_row(row, [card[0] for card in group])
            if is_next or self._is_of_others(parent, tag, group):
                taken += [each for card in group for each in card]
                rows.add(row)
        return taken

    def _is_of_others(self, parent: Any, tag: str, cards: list[Card]) -> bool:
        """Whether cards that stand together are of other articles."""
        group = [card[0] for card in cards]
        alone = set(parent.iterchildren(tag)) - set(group)
        if len(group) < SEVERAL or any(_is_longer(each, HEAD) for each in alone):
            return False
        before = self._before(group[0])
        said = before if length(before) <= HEAD else ""
        if said and _names_others(said):
            return True
        if tag in _FLAT:
            return False
        is_linked, days = all(map(_is_link, group)), list(map(_day, group))
        if is_linked and all(map(_is_tile, group)):
            return True
        if len(group) < MANY:
            return False
        is_box = tag == "article" or not self.own[parent]
        if is_box and all(days) and len(set(days)) >= SEVERAL:  # the posts of a live blog are mostly of one
            return True
        if said and not self.own[parent] and all(each.xpath(".//a[.//img or .//picture]") for each in group):
            return True
        is_list = is_linked and not (before.endswith((":", "：")) and not said)
        return is_list and self.size >= sum(length(text_of([each])) for each in group)

    def _before(self, tag: Any) -> str:
        """The line before an element."""
        for each in [tag, *islice(tag.iterancestors(), UP)]:
            if each.tag == "body":
                break
            for other in islice(each.itersiblings(preceding=True), UP):
                if text := flat(other.tail or "") or self._text(other):
                    return text
            if each.getparent() is not None and (text := flat(each.getparent().text or "")):
                return text
        return ""

    def _text(self, tag: Any) -> str:
        if tag not in self._texts:
            self._texts[tag] = text_of([tag]) if isinstance(tag.tag, str) else ""
        return self._texts[tag]

    @cached_property
    def _texts(self) -> dict[Any, str]:
        return {}


def _is_row(row: Any, cards: list[Any]) -> bool:
    """Whether an element has nothing but cards, and is like the one before it."""
    other = row.getprevious()
    is_alike = (row.tag, row.get("class")) == (other.tag, other.get("class"))
    return is_alike and (cards == [row] or cards == list(row))


def _parts(cards: list[Card]) -> int:
    """How many elements each card has: one, where what follows it may be the text, as it is not the same after each."""
    kinds = {tuple(each.tag for each in card) for card in cards[:-1]}
    is_row = all(one[-1].getnext() is other[0] for one, other in pairwise(cards))
    return len(cards[0]) if len(cards) >= MANY and len(kinds) == 1 and is_row else 1


def _is_longer(tag: Any, size: int) -> bool:
    """Whether an element has more words than that; no more of it is read."""
    return any(number > size for number in accumulate(map(length, tag.itertext())))


def _names_others(heading: str) -> bool:
    text = heading.rstrip(" :：.…»›>")
    is_label = any(pattern(name).fullmatch(text) for name in ("others", "endings", "also"))
    return is_label or pattern("paragraphs").match(heading) is not None


def _is_link(tag: Any) -> bool:
    """Whether hardly any word of a card stands outside of links."""
    linked = tag.text_content() if tag.tag == "a" else " ".join(each.text_content() for each in tag.iter("a"))
    return LINKED * length(tag.text_content()) <= length(linked)


def _is_tile(tag: Any) -> bool:
    """Whether a link holds a headline and its teaser."""
    return bool(tag.xpath("descendant-or-self::a[.//p or .//div or .//h2 or .//h3 or .//h4 or .//h5]"))


def _day(tag: Any) -> str:
    """The day that a card has, as its data or its text says; the time of a day is none."""
    time = next(tag.iter("time"), None)
    if time is None:
        return ""
    return str(time.get("datetime") or "")[:10] or _CLOCK.sub("", flat(time.text_content()))


def _with_headings(taken: list[Any], own: Counter[Any]) -> list[Any]:
    """Elements, or what is around them where it has nothing else but a heading."""
    found, size = dict.fromkeys(taken), Counter[Any]()
    for each in found:
        size.update(dict.fromkeys(islice(each.iterancestors(), MAX_DEPTH), length(text_of([each]))))
    whole: dict[Any, bool] = {}
    for each in list(found):
        for above in islice(each.iterancestors(), MAX_DEPTH):
            if above not in whole:
                whole[above] = (
                    above.tag not in ("body", "main", "html")
                    and not own[above]
                    and next(above.iter("h1"), None) is None
                    and not _is_longer(above, size[above] + HEAD)
                )
            if not whole[above]:
                break
            found[above] = None
    return [each for each in found if not any(above in found for above in each.iterancestors())]
