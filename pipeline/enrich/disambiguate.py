"""Which of the places of one name is meant: each candidate is weighed by what the article says elsewhere.

The weight of a candidate is the logarithm of its inhabitants, and more if the article names its country, its division,
or a place nearby. The heaviest is chosen if it is heavy enough and far enough ahead of the next; else nothing is.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from pipeline.enrich.gazetteer import Known
from pipeline.enrich.known import name_key
from pipeline.enrich.names import keys_of
from pipeline.query.tiles import distance

ENOUGH = 4.0  # weight from which a candidate is pinned where the article, or its outlet, speaks for it
AHEAD = 0.5  # by how much it must outweigh the next one
ALONE_ENOUGH, ALONE_AHEAD = 5.0, 1.0  # the same where nothing in the article speaks for it
REGION = 7.0  # weight of a region of our table: it is known by its name
COUNTRY, HOME, DIVISION, NEAR, NEARBY = 1.5, 1.0, 2.0, 1.6, 0.8
CAPITAL, WORLD_CITY, FIRST_LEVEL = 1.2, 1.2, 0.8
OTHER_SPELLING = 0.4  # subtracted from another spelling of the name
DIVISION_FIRST = 1.2  # a division of a large federal state is known before a town of its name
UNLIKE = 3.0  # subtracted where the gazetteer's own name is another one: many alternate names are nicknames
OVERSHADOWED = 5  # times the inhabitants of a namesake that a capital has, whose name then tells nothing by itself
ALIKE = 0.5  # share of letters that names must have in common
NEAR_KM, NEARBY_KM = 120.0, 350.0
ARTICLES = ("al", "el", "as", "ad", "ar", "az", "ash", "at", "the")  # not compared
CAPITAL_NAME = "a capital"
LARGEST = "by far the largest place of this name"


@dataclass(frozen=True)
class Choice:
    """The candidate that was chosen, and why."""

    known: Known
    reason: str
    confidence: float


@dataclass
class Support:
    """What the rest of an article says about where it plays."""

    countries: Counter[str]
    home: str | None = None  # the outlet's country
    divisions: set[tuple[str, str]] = field(default_factory=set)
    points: list[tuple[float, float]] = field(default_factory=list)


def choose(name: str, candidates: Sequence[Known], support: Support) -> Choice | None:
    """The candidate that is meant, or None where the article does not tell."""
    largest = max(candidates, key=lambda known: known.population)
    weighed = sorted(
        ((weight(name, known, support, known is largest), known) for known in candidates), key=lambda one: -one[0][0]
    )
    (best, why), known = weighed[0]
    rival = next((other for (other, _), rest in weighed[1:] if not _same(known, rest)), 0.0)
    alone = why in (LARGEST, CAPITAL_NAME)
    if alone and name_key(name) != name_key(known.name) and not in_table(name, "exonyms"):
        return None  # another spelling of a place that nothing speaks for
    if (
        why != f"the article names {known.admin1}"
        and known.country != support.home
        and _is_overshadowed(known, candidates)
    ):
        return None
    if best < (ALONE_ENOUGH if alone else ENOUGH) or best - rival < (ALONE_AHEAD if alone else AHEAD):
        return None
    return Choice(known, why, round(min(0.97, 0.6 + 0.08 * (best - ENOUGH) + 0.08 * (best - rival)), 2))


def _is_overshadowed(known: Known, candidates: Sequence[Known]) -> bool:
    """Whether a capital has the name, many times larger: it is not named again for its namesake without saying so."""
    capitals = [other for other in candidates if other.feature_code == "PPLC" and other is not known]
    return known.feature_class == "P" and any(other.population > OVERSHADOWED * known.population for other in capitals)


def weight(name: str, known: Known, support: Support, largest: bool) -> tuple[float, str]:
    """How much speaks for a candidate, and the weightiest reason in words."""
    total, why = math.log10(known.population + 10), LARGEST
    if known.is_region:
        total = REGION + (DIVISION_FIRST if known.feature_code == "ADM1" else 0.0)
        why = "a region, water or sight known by this name"
    elif known.feature_code == "ADM1":
        total += FIRST_LEVEL
    elif known.feature_code == "PPLC":
        total += CAPITAL
        why = CAPITAL_NAME
    if known.feature_class == "P" and known.population > 50_000 and largest and in_table(name, "world_cities"):
        total += WORLD_CITY
        why = "a city known by its name alone"
    total -= _unlike(name, known)
    if known.country and support.countries[known.country]:
        share = support.countries[known.country] / support.countries.total()
        total += COUNTRY * (0.5 + share)
        why = f"the article names {known.country}"
    elif known.country and known.country == support.home:
        total += HOME
        why = f"the outlet is at home in {known.country}"
    if known.admin1 and (known.country, known.admin1) in support.divisions and known.feature_class == "P":
        total += DIVISION
        why = f"the article names {known.admin1}"
    gap = min((distance(known.lat, known.lon, *point) for point in support.points), default=math.inf)
    if gap < NEARBY_KM and not known.is_region:
        total += NEAR if gap < NEAR_KM else NEARBY
        why = f"{gap:.0f} km from another place of the article" if gap < NEAR_KM and gap > 0 else why
    return total, why


def _unlike(name: str, known: Known) -> float:
    """What speaks against a candidate because its own name is another one, or spelled in another way."""
    if known.is_region or name_key(name) == name_key(known.name):
        return 0.0
    return OTHER_SPELLING if alike(name, known.name) or in_table(name, "exonyms") else UNLIKE


def _same(one: Known, other: Known) -> bool:
    """Whether two candidates are so near that it makes no difference: a city and its own division."""
    return distance(one.lat, one.lon, other.lat, other.lon) < 40 or (
        one.country == other.country and one.admin1 == other.admin1 and "ADM1" in (one.feature_code, other.feature_code)
    )


def alike(name: str, known: str) -> bool:
    """Whether a gazetteer's other name for a place is near its own."""
    one, other = ("".join(part for part in name_key(each) if part not in ARTICLES) for each in (name, known))
    return one in other or (one[:1] == other[:1] and SequenceMatcher(None, one, other).ratio() >= ALIKE)


def in_table(name: str, which: str) -> bool:
    """Whether a list of tables/names.toml has a name."""
    return name_key(name) in keys_of(which)
