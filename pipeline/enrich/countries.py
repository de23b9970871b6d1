"""Countries: those an article names, by place, demonym, government or actor, with their share of the mentions."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.article import CountryWeight, Entity, Place, Span, Why
from pipeline.enrich.demonyms import demonyms
from pipeline.enrich.known import name_key
from pipeline.enrich.metonyms import Metonyms
from pipeline.enrich.names import Named

IN_TITLE = 3  # a mention in the title counts as several
FOCUS_SHARE = 0.2


def find_countries(
    names: Sequence[Named], places: Sequence[Place], metonyms: Metonyms, entities: Sequence[Entity]
) -> list[CountryWeight]:
    """The countries of an article, the weightiest first; a demonym of two countries is that of the one it names."""
    counts: Counter[str] = Counter()
    why: dict[str, set[Why]] = {}

    def count(code: str, title: bool, reason: Why) -> None:
        counts[code] += IN_TITLE if title else 1
        why.setdefault(code, set()).add(reason)

    for place in places:
        if place.pinned and place.country:
            for span in place.mentions:
                count(place.country, span.field == "title", "place")
    for (field, _), code in metonyms.items():
        count(code, field == "title", "metonym")
    for entity in entities:
        if entity.type in ("PERSON", "ORG") and entity.country:
            count(entity.country, entity.mentions[0].field == "title", "actor")
    for span, code in _peoples(names, set(counts)):
        count(code, span.field == "title", "demonym")
    total = counts.total()
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        CountryWeight(
            code=code,
            weight=round(number / total, 3),
            why=sorted(why[code]),
            is_focus=number / total >= FOCUS_SHARE or number == ranked[0][1],
        )
        for code, number in ranked
    ]


def _peoples(names: Sequence[Named], placed: set[str]) -> Iterator[tuple[Span, str]]:
    """The countries of peoples' names; a name of two countries is that of the one which the article names otherwise."""
    for span, kind in names:
        codes = demonyms().get(name_key(span.surface), frozenset()) if kind == "NORP" else frozenset[str]()
        codes = codes & placed if len(codes) > 1 else codes
        if len(codes) == 1:
            yield span, next(iter(codes))
