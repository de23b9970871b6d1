"""Places: which ones an article names, with coordinates where it is clear which place is meant.

A name is pinned if it is a country's, if the text says where it lies ("Tripoli, Lebanon"), if it lies in a country that
the article names otherwise, or if it is large and known by its name alone. A name that is the beginning of a longer one
("Santiago" beside "Santiago de Cuba") is that place. Anything else is listed with its candidates, or, where the
gazetteer knows no such name, left out. Persons, organisations and demonyms are never places.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pipeline.article import Article, Candidate, Place, Span
from pipeline.countries import by_code, code_of
from pipeline.enrich.demonyms import demonyms
from pipeline.enrich.disambiguate import Choice, Support, alike, choose, in_table
from pipeline.enrich.gazetteer import Known, country_place, lookup
from pipeline.enrich.known import name_key, name_words
from pipeline.enrich.metonyms import Metonyms, find_seats
from pipeline.enrich.names import PLACES, Named, ambiguous_country, country_named
from pipeline.enrich.nlp import Reading
from pipeline.enrich.stated import FOLLOWS, abbreviations, division_of, is_part, mention_key
from pipeline.text import fold

DOMINANT = 8  # times the inhabitants of the next candidate
MOST_CANDIDATES = 5
SURE = 0.7  # confidence from which a place supports others
BY_DIVISION = ("US", "CA", "AU", "IN", "GB")  # countries whose divisions news names as it names countries
BESIDE = "named beside another country"
GENERIC = ("TV", "CO", "ME", "IO", "AI", "FM", "CC", "WS", "TO", "LY", "SH", "GG")  # national domains sold to anybody


_KIND = re.compile(r"\s(?:[Ss]tate|[Pp]rovince|[Rr]egion|[Gg]overnorate|[Oo]blast|[Pp]refecture)$")
_WATER = re.compile(r"(?i)^(?:gulf|sea|strait|straits|bay) of |\b(?:sea|ocean|strait|straits|river|canal|gulf|desert)$")


Name = tuple[str, ...]  # folded tokens
Evidence = Mapping[Name, Counter[str]]  # which countries each name of the article speaks for


def find_places(reading: Reading, names: Sequence[Named], metonyms: Metonyms) -> list[Place]:
    """The places of an article in the order of their first mention, one for each place.

    Args:
        reading: the parsed article.
        names: its names.
        metonyms: the names that mean a government and no place.
    """
    mentions: dict[Name, list[Span]] = {}
    names = [*names, *_places_within(names)]
    names = [(span, kind) for span, kind in names if not (kind in PLACES and is_part(span, reading))]
    meant: dict[Name, Name] = {}
    seats = find_seats(reading, names)
    for span, kind in names:
        where = span.field, span.start
        if kind in PLACES and where not in metonyms and where not in seats and (key := mention_key(span, reading)):
            known = meant.setdefault(name_key(span.surface), key)  # a town that is named with its division stays one
            mentions.setdefault(known if key == name_key(span.surface) else key, []).append(span)
    _join_beginnings(mentions)
    evidence = _evidence(
        [(span, kind) for span, kind in names if kind not in PLACES or division_of(span, reading) is None]
    )
    everything = Counter[str](metonyms.values())
    for counts in evidence.values():
        everything.update(counts)
    home = outlet_country(reading.article)
    candidates = {key: _candidates(_spelled(spans, reading)) for key, spans in mentions.items()}
    first: dict[Name, Choice] = {}
    supports = {key: Support(everything - evidence.get(key, Counter()), home) for key in mentions}
    for key, spans in mentions.items():
        if candidates[key] and (choice := _choose(_readable(spans), candidates[key], spans, reading, supports[key])):
            first[key] = choice
    chosen = dict(first)
    for key, spans in mentions.items():
        if candidates[key] and candidates[key][0].feature_code != "PCLI":
            again = _choose(_readable(spans), candidates[key], spans, reading, _supported(supports[key], key, first))
            chosen |= {key: again} if again else {}
    places = [_place(spans, candidates[key], chosen.get(key)) for key, spans in mentions.items() if candidates[key]]
    return _with_focus(_joined(places))


def _places_within(names: Sequence[Named]) -> list[Named]:
    """The places that public bodies are named after: "Toronto Police Service", "Government of Alberta".

    Only of bodies that rule or serve a place: a university, a bank or a paper may bear a name from anywhere.
    """
    civic = set(name_words()["civic"])
    found: list[Named] = []
    for span, kind in names:
        words = list(re.finditer(r"[^\s]+", span.surface)) if kind == "ORG" else []
        first = next((size for size in (3, 2, 1) if size < len(words) and words[size][0] in civic), None)
        last = next((at for at in range(1, len(words) - 1) if words[at][0] == "of" and words[0][0] in civic), None)
        part = (0, words[first - 1].end()) if first else (words[last + 1].start(), len(span.surface)) if last else None
        if part is None:
            continue
        name = span.surface[part[0] : part[1]].removesuffix("'s").removesuffix("’s")
        generic = name in name_words()["regions"] or name.split()[-1] in name_words()["no_places"]
        if country_named(name) or (lookup(name) and name[0].isupper() and not generic):
            start = span.start + part[0]
            found.append((Span(field=span.field, start=start, end=start + len(name), surface=name), "LOC"))
    return found


def _supported(support: Support, key: Name, chosen: Mapping[Name, Choice]) -> Support:
    """The support of a name with the divisions and points of the other places that were chosen."""
    others = [choice.known for name, choice in chosen.items() if name != key and choice.confidence >= SURE]
    divisions = {(known.country, known.admin1) for known in others if known.admin1}
    points = [(known.lat, known.lon) for known in others if known.feature_class == "P"]
    return Support(support.countries, support.home, divisions, points)


def outlet_country(article: Article) -> str | None:
    """The country of an article's outlet: as its source says, or by the national domain of its address."""
    if article.source.country:
        return article.source.country.upper()
    domain = article.source.domain or ""
    ending = domain.rpartition(".")[2].upper()
    code = {"UK": "GB"}.get(ending, ending)
    return code if len(code) == 2 and by_code(code) is not None and code not in GENERIC else None


def _join_beginnings(mentions: dict[Name, list[Span]]) -> None:
    """Count "Santiago" among the mentions of "Santiago de Cuba"; a country's name stays itself (Guinea)."""
    longer: dict[Name, list[Name]] = {}
    for key in mentions:
        for size in range(1, len(key)):
            longer.setdefault(key[:size], []).append(key)
    for short, found in longer.items():
        if short in mentions and len(found) == 1 and found[0] in mentions:
            surface = mentions[found[0]][0].surface
            if lookup(surface) and not country_named(mentions[short][0].surface):
                mentions[found[0]] += mentions.pop(short)


def _place(spans: list[Span], candidates: Sequence[Known], choice: Choice | None) -> Place:
    if choice is None:
        return Place(
            name=_readable(spans),
            candidates=[_candidate(known) for known in candidates[:MOST_CANDIDATES]],
            mentions=spans,
            method="gazetteer",
            reason="the article does not tell which place of this name, or whether one that is known",
            confidence=0.3,
        )
    known = choice.known
    return Place(
        **_candidate(known).model_dump() | {"name": known.name},
        feature_class=known.feature_class,
        feature_code=known.feature_code,
        pinned=True,
        mentions=spans,
        method="gazetteer",
        reason=choice.reason,
        confidence=choice.confidence,
    )


def _readable(spans: Sequence[Span]) -> str:
    """The longest spelling, not in capitals where there is another one."""
    return max((span.surface for span in spans), key=lambda name: (not name.isupper(), len(name)))


def _spelled(spans: Sequence[Span], reading: Reading) -> str:
    """A name with the stop that shortens it, which is no part of a mention: "Slidell, La."."""
    name = _readable(spans)
    short = f"{name}."
    stops = any(reading.text_of(span.field)[span.end : span.end + 1] == "." for span in spans)
    return short if stops and short in abbreviations() else name


def _candidates(name: str) -> list[Known]:
    """Countries of the name first, then what the gazetteer has; a division around its own city is left to the city."""
    found = list(lookup(abbreviations().get(name, name))) or _division(name)
    regions = [known for known in found if known.is_region]
    if not regions and (in_table(name, "regions") or _WATER.search(name)):
        return []
    cities = {
        (known.country, known.admin1) for known in found if known.feature_class == "P" and alike(name, known.name)
    }
    cities -= {(known.country, known.admin1) for known in found if known.country in BY_DIVISION}
    found = [known for known in found if known.feature_code != "ADM1" or (known.country, known.admin1) not in cities]
    if name in abbreviations():
        found = [known for known in found if known.feature_code == "ADM1" and known.country in BY_DIVISION] or found[:1]
    if name_key(name) == ("washington",):
        found = list(lookup("Washington, D.C."))[:1]
    if name in name_words()["cities"]:
        found = [known for known in found if known.feature_code != "ADM1"] or found
    if name in name_words()["divisions"]:
        found = [known for known in found if known.feature_code == "ADM1"] or found
    code = country_named(name)
    country = country_place(code) if code else None
    part = next(
        (known for known in found if known.country == code and (known.is_region or known.feature_code == "ADM1")), None
    )
    if part is not None and country is not None and name_key(name) != name_key(country.name):
        return [part]  # England is a part of the country that its name leads to
    return [country, *found] if country else found


def _division(name: str) -> list[Known]:
    """The division that a name with its kind is of: "Benue State", "Punjab province"; or the place of a part."""
    bare = _KIND.sub("", name)
    found = [known for known in lookup(bare) if known.feature_code == "ADM1"] if bare != name else []
    words = name.split()
    while not found and len(words) > 1 and words[0] in name_words()["parts"]:
        words.pop(0)
        found = list(lookup(" ".join(words)))
    return found if len(found) == 1 or len(words) < len(name.split()) else []


def _choose(
    name: str, candidates: Sequence[Known], spans: Sequence[Span], reading: Reading, support: Support
) -> Choice | None:
    if _spelled(spans, reading) in abbreviations():
        return Choice(candidates[0], "a division by its abbreviation", 0.95)
    is_country = candidates[0].feature_code == "PCLI"
    in_division = division_of(spans[0], reading) is not None
    if (not is_country or ambiguous_country(name) or in_division) and (stated := _stated(candidates, spans, reading)):
        return Choice(stated, "the text says where it lies", 0.95)
    if is_country:
        shared = name in name_words()["namesakes"]  # two Congos, two Koreas: a neighbour does not tell which
        beside = not shared and any(_beside_country(span, reading) for span in spans)
        if beside:
            return Choice(candidates[0], BESIDE, 0.9)
        return _country(name, candidates, support.countries) or _namesake(candidates, support.countries)
    choice = choose(name, candidates, support)
    abroad = choice is not None and choice.known.country != "GB" and any(known.country == "GB" for known in candidates)
    if abroad and any("£" in _sentence(span, reading) for span in spans):
        return None  # a prize of pounds is given in no American town
    return choice


def _sentence(span: Span, reading: Reading) -> str:
    """The sentence of a mention."""
    text = reading.text_of(span.field)
    found = (one for one in reading.sentences if one.field == span.field and one.start <= span.start < one.end)
    return next((text[one.start : one.end] for one in found), "")


def _beside_country(span: Span, reading: Reading) -> bool:
    """Whether a name is joined to a country's by `and` ("talks between Jordan and Egypt")."""
    text = reading.text_of(span.field)
    after = re.match(r",? and (?:the )?([A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)?)", text[span.end : span.end + 60])
    before = re.search(r"([A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*)?),? and $", text[max(0, span.start - 60) : span.start])
    near = [
        word for match in (after, before) if match for word in (match[1], match[1].split()[0], match[1].split()[-1])
    ]
    return any(country_named(word.rstrip(".,")) and not ambiguous_country(word) for word in near)


def _country(name: str, candidates: Sequence[Known], others: Counter[str]) -> Choice | None:
    """A country; one that shares its name (Georgia, Congo) only where the article speaks for it."""
    own = candidates[0].country
    rivals = {known.country for known in candidates[1:] if known.feature_code == "ADM1"} - {own}
    rivals |= set(name_words()["namesakes"].get(name, []))
    if rivals and others[own] <= sum(others[code] for code in rivals):
        return None
    return Choice(candidates[0], "a country's name", 0.95)


def _namesake(candidates: Sequence[Known], others: Counter[str]) -> Choice | None:
    """The division that shares a country's name (Georgia), where the article speaks for its country alone."""
    own = candidates[0].country
    for known in candidates[1:]:
        if known.feature_code == "ADM1" and others[known.country] > 1 and not others[own]:
            return Choice(known, f"the article names {known.country}", 0.8)
    return None


def _stated(candidates: Sequence[Known], spans: Sequence[Span], reading: Reading) -> Known | None:
    """The candidate in the country or division that follows a mention after a comma."""
    for span in spans:
        text = reading.text_of(span.field)
        if match := FOLLOWS.match(text, span.end):
            words = match[1].split()
            if (short := next((one for one in abbreviations() if match[1].startswith(one)), None)) is not None:
                words = abbreviations()[short].split()
            for size in range(len(words), 0, -1):
                around = " ".join(words[:size]).rstrip(".,")
                code = code_of(around)
                inside = [
                    known
                    for known in candidates
                    if known.feature_class == "P"
                    and (known.country == code or (known.admin1 and fold(known.admin1) == fold(around)))
                ]
                if inside:
                    return inside[0]
    return None


def _evidence(names: Iterable[Named]) -> Evidence:
    """Which countries the names of an article speak for: countries, demonyms, capitals and first-level divisions.

    By name, so that no name is evidence for itself; its outlet's country does not count.
    """
    found: dict[Name, Counter[str]] = {}
    for span, kind in names:
        key = name_key(span.surface)
        for code in _spoken_for(span.surface, key, kind):
            found.setdefault(key, Counter())[code] += 1
    return found


def _spoken_for(surface: str, key: Name, kind: str) -> set[str]:
    if kind == "NORP":
        codes = demonyms().get(key, frozenset())
        return set(codes) if len(codes) == 1 else set()
    if kind not in PLACES:
        return set()
    if (code := country_named(surface)) and not ambiguous_country(surface):
        return {code}
    known = lookup(surface)
    if not known or known[0].feature_code not in ("PPLC", "ADM1"):
        return set()
    rivals = {one.country for one in known if one.population * DOMINANT > known[0].population}
    return rivals if len(rivals) == 1 else set()


def _joined(places: list[Place]) -> list[Place]:
    """One place for each GeoNames id: "US" and "United States" are one."""
    found: dict[int, Place] = {}
    result = []
    for place in places:
        known = found.get(place.geonames_id or -1)
        if known is None or place.geonames_id is None:
            result.append(place)
            if place.geonames_id is not None:
                found[place.geonames_id] = place
        else:
            known.mentions.extend(place.mentions)
    return result


def _with_focus(places: list[Place]) -> list[Place]:
    """Mark the place that an article is about: in its title or dateline, else the most mentioned below a country."""

    def weight(place: Place) -> tuple[int, int]:
        heading = any(span.field == "title" or span.start < 120 for span in place.mentions)
        return (int(heading) * 2 + len(place.mentions), -place.mentions[0].start)

    pinned = [place for place in places if place.pinned]
    local = [place for place in pinned if place.feature_code != "PCLI"]
    if pinned:
        max(local or pinned, key=weight).is_focus = True
    return places


def _candidate(known: Known) -> Candidate:
    return Candidate(
        name=known.name,
        lat=known.lat,
        lon=known.lon,
        country=known.country or None,
        admin1=known.admin1,
        geonames_id=known.geonames_id,
    )
