"""Who wrote an article, as its page says it: JSON-LD, the meta elements, the byline, each name by itself.

People go before the outlet: where JSON-LD or a meta element names only the outlet, the byline on the page is looked at
first. A byline that is found by nothing but the class of its element must look like names.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.agencies import agency_of
from pipeline.identity import domain_of
from pipeline.sources import boilerplate
from pipeline.sources.beside import WORDY, labelled, lines, listed, text_element
from pipeline.sources.boilerplate import pattern
from pipeline.sources.credit import outlet_of_title
from pipeline.sources.labels import named_beside
from pipeline.sources.metadata import Page, flat, names, squeezed
from pipeline.sources.names import BY, MAX_AUTHORS, line_of, names_in, without_by
from pipeline.sources.people import is_role, looks_like_a_name

MARKED = (  # looked for from below: `//article//a` walks down from each article again, and they may be nested
    "//*[@itemprop='name'][ancestor::*[@itemprop='author']]",
    "//*[@itemprop='author']",
    "//a[@rel='author']",
    "//a[contains(@href,'/author/') or contains(@href,'/autor/') or contains(@href,'/authors/')][ancestor::article]",
)
CLASSES = (
    "//*[contains(concat(' ',@class,' '),' byline ') or contains(concat(' ',@class,' '),' author ')]",
    "//*[contains(@class,'author-name') or contains(@class,'author__name') or contains(@class,'byline__name')]",
    "//*[contains(@class,'author') or contains(@class,'byline') or contains(@class,'autor')]",
    "//a[contains(@href,'/autor') or contains(@href,'/author')][contains(normalize-space(.),' ')]",
)
MAX_BYLINE = 9  # words
LOOKED_AT = 3  # elements of such a class; those that follow are of other articles, and of comments

_ONE_WORD = re.compile(r"[^\W\d_a-z]['’]?[^\W\d_]+(?:[-'’][^\W\d_]+)?")
_DEFAULT_ACCOUNT = re.compile(r"/author/(?:admin|administrator|editor)/?$")
_NO_NAME = re.compile(rf"(?i)@|https?:|www\.|\d{{4,}}|\{{\{{|^(?:{pattern('nobody').pattern})$")


def authors(page: Page) -> tuple[list[str], str]:
    """The names of people, else of the outlet where JSON-LD has it as the author, and where they stand."""
    outlet_of_tab, nobody = squeezed(outlet_of_title(page)), list[tuple[list[str], str]]()
    for given, origin in _given(page):
        if found := _people(page, given):
            if [squeezed(name) for name in found] != [outlet_of_tab]:
                return found, origin
            nobody.append((found, origin))  # the outlet by its look, if no person is named
    if found := _of_classes(page) or _alone(page) or _beside_headline(page):
        return found, "page"
    if nobody:
        return nobody[0]
    outlet = flat((page.named("author") or page.named("creator") or [""])[0])
    is_nobody = not outlet or _NO_NAME.search(outlet) or is_role(without_by(outlet)) or pattern("not_by").match(outlet)
    return ([], "none") if is_nobody else ([outlet], "jsonld")


def _given(page: Page) -> Iterator[tuple[Sequence[str], str]]:
    yield page.named("author") or page.named("creator"), "jsonld"
    named = boilerplate.listed("meta", "author")
    for name in named:
        if name in page.meta:
            yield [page.meta[name]], "meta"
    yield _labelled(page), "meta"
    for name, value in page.meta.items():
        if squeezed(name).endswith(("author", "byline")) and name not in named:
            yield [value], "meta"
    for path in MARKED:
        yield [line_of(tag) for tag in page.tree.xpath(path)[:3]], "page"


def _labelled(page: Page) -> list[str]:
    """`twitter:label1` says what `twitter:data1` is; content systems put "Written by" there."""
    labels = [(page.meta.get(f"twitter:label{n}", ""), page.meta.get(f"twitter:data{n}", "")) for n in (1, 2)]
    labels.append(("written by", page.meta.get("twitter:misc:written by", "")))
    return [value for label, value in labels if value and pattern("written_by").fullmatch(label.strip())]


def _of_classes(page: Page) -> list[str]:
    """The names in the first elements whose class speaks of an author; none where the first of them is the outlet."""
    outlets = _outlets(page)
    for path in CLASSES:
        for element in page.tree.xpath(path)[:LOOKED_AT]:
            text = line_of(element)
            if squeezed(without_by(flat(element.text_content()))) in outlets:
                return []
            names = _people(page, [text])
            names = [name for name in names if not BY.match(name)]
            people = [name for name in names if looks_like_a_name(name) and not outlets & set(name.lower().split())]
            if people:
                return [name for name in names if name in people or agency_of(name)]
            if found := _after_by(page, flat(text)):
                return [found]
    return []


def _after_by(page: Page, text: str) -> str | None:
    """The one word that "by" is said of: `By Wirawan`, none of the outlet's name; an agency where data name nobody."""
    name = without_by(text) if BY.match(text) else ""
    if agency_of(name):
        return name if not page.named("author") else None
    unlike = [pattern(kind).search(name) for kind in ("no_author", "desks", "agencies")]
    unlike += [pattern(kind).fullmatch(name) for kind in ("nobody", "sections", "jobs", "beats")]
    is_name = _ONE_WORD.fullmatch(name) is not None and not any(unlike)
    return name if is_name and not any(squeezed(name) in outlet for outlet in _outlets(page)) else None


def _alone(page: Page) -> list[str]:
    """The names that are the paragraph right before or after the text: `<p><b>Ana Ferrand-Ruiz</b></p>`.

    Its form has to say that it is a byline: "by", a slash, or emphasis where it is the first paragraph or the last (a
    heading has others on both sides) and nobody of that name is told of: the text is about those, and by another.
    """
    text = text_element(page)
    if text is None:
        return []
    told = [(each, line) for each in text.xpath("./p") if (line := flat(each.text_content()))]
    wordy = [number for number, (_, line) in enumerate(told) if len(line.split()) >= WORDY]
    if not wordy:  # in scripts without blanks any line looks like a name
        return []
    for number in (wordy[0] - 1, wordy[-1] + 1):
        if not 0 <= number < len(told):
            continue
        at_edge = number in (0, len(told) - 1)
        rest = " ".join(line for _, line in told[:number] + told[number + 1 :]) if at_edge else None
        if not _is_byline(*told[number], rest):
            continue
        found = _people(page, told[number][1].split("/"))
        if found and all(looks_like_a_name(name) for name in found):
            return found
    return []


def _is_byline(paragraph: Any, line: str, rest: str | None) -> bool:
    """Whether the form of a paragraph says so; `rest`: the others where it is the first or the last of them."""
    if len(line.split()) > MAX_BYLINE or line.endswith(".") or pattern("agencies").search(line):
        return False
    if "/" in line or BY.match(line) is not None:
        return True
    return rest is not None and _is_emphasised(paragraph, line) and not _capitals(line) & _capitals(rest)


def _capitals(text: str) -> set[str]:
    """The words of three letters and more that begin with a capital."""
    return set(re.findall(r"\b[^\W\d_a-z][\w'’-]{2,}", text))


def _is_emphasised(paragraph: Any, text: str) -> bool:
    return any(flat(each.text_content()) == text for each in paragraph.xpath(".//b|.//strong|.//em"))


def _beside_headline(page: Page) -> list[str]:
    """The names of a line beside the headline that begins with "by", or of one whose label says so."""
    written = [line[match.end() :] for line in lines(page) if (match := BY.search(line))]
    said = [*labelled(page, "written_by"), *named_beside(page, "written_by"), *listed(page, "written_by")]
    for text in [*written, *said]:
        names = itertools.takewhile(lambda name: looks_like_a_name(name) or name.isupper(), _people(page, [text]))
        if found := list(names):
            return found
    return []


def _outlets(page: Page) -> set[str]:
    """The outlet's names: as it calls itself, its domain, and the parts of that."""
    domain = domain_of(page.url or page.canonical) or ""
    given = [page.publisher, page.meta.get("og:site_name", ""), domain, *domain.split(".")[:-1]]
    named = {each for name in [*given, *_accounts(page)] if name for each in (squeezed(name), _bare(name))}
    return named - {""}


def _bare(name: str, between: str = "") -> str:
    """The letters of a name without the article before it, in small ones."""
    words = name.lower().split()
    if len(words) > 1 and words[0] in boilerplate.listed("articles"):
        words = words[1:]
    return between.join(squeezed(word) for word in words)


def _is_staff(name: str, outlets: set[str]) -> bool:
    """Whether a name is that of the outlet with words for its staff after it: `The Tide Newsroom`."""
    words = _bare(name, between=" ").split()
    while len(words) > 1 and any(pattern(kind).fullmatch(words[-1]) for kind in ("desks", "nobody", "sections")):
        words.pop()
        if "".join(words) in outlets:
            return True
    return False


def _accounts(page: Page) -> Iterator[str]:
    """The account that a content system comes with, where it bears the outlet's name: nobody in particular wrote so."""
    outlet = {word.lower() for word in re.findall(r"\w{4,}", page.publisher or page.meta.get("og:site_name", ""))}
    for party in page.parties("author"):
        if isinstance(party, dict) and _DEFAULT_ACCOUNT.search(str(party.get("url") or party.get("@id"))):
            yield from (name for name in names(party) if outlet & set(name.lower().split()))


def _people(page: Page, given: Sequence[str]) -> list[str]:
    outlets = _outlets(page)
    found: list[str] = []
    for text in given[:MAX_AUTHORS]:
        for name in names_in(text):
            nobody = is_role(name) or _NO_NAME.search(name) or pattern("sections").fullmatch(name)
            if _may_be_a_name(name) and not nobody and not {squeezed(name), _bare(name)} & outlets:
                found.append(name)
    others = [name for name in found if not _is_staff(name, outlets)]
    return list(dict.fromkeys(others or found))[:MAX_AUTHORS]


def _may_be_a_name(plain: str) -> bool:
    """At least three letters, or two of an agency ("AP") or of a script that writes names with two (牛镛)."""
    if len(plain) < 2 or (len(plain) == 2 and plain.isascii() and not plain.isupper()):
        return False
    return len(plain) <= 80 and len(plain.split()) <= 6
