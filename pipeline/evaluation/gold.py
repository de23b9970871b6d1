"""The gold set: articles written for this project, with every fact of the kinds that a file lists (tests/gold/*.toml).

A file has `text` (and `title`, `published_at`, `url`), and a list for each kind. A kind that has a list is complete:
whatever else is found of it counts against precision. `traps` name words from which nothing of a kind may come.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.article import Article, EnrichedArticle, Party, Source
from pipeline.errors import Misconfigured
from pipeline.evaluation.scores import Score, Tally, rates

KINDS = ("entities", "places", "countries", "quotes", "events", "dates", "figures", "topics")


@dataclass(frozen=True)
class Gold:
    """An article with what is to be found in it, and what is not."""

    path: Path
    article: Article
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    traps: list[dict[str, Any]] = field(default_factory=list)

    def size(self) -> int:
        """How many facts and traps it holds."""
        return sum(map(len, self.facts.values())) + len(self.traps)


def load(folder: Path) -> list[Gold]:
    """All articles of a folder.

    Raises:
        Misconfigured: there are none, or one can't be read.
    """
    found = [_load(path) for path in sorted(folder.glob("*.toml")) if path.name != "floors.toml"]
    if not found:
        raise Misconfigured(f"no gold articles in {folder}; geowire eval needs a checkout, or --gold DIR")
    return found


def _load(path: Path) -> Gold:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        article = Article(
            id=path.stem,
            title=data.get("title", ""),
            text=data["text"].strip("\n"),
            language=data.get("language", "en"),
            url=data.get("url"),
            source=Source(country=data.get("source_country")),
            published_at=datetime.fromisoformat(data["published_at"]).replace(tzinfo=UTC)
            if "published_at" in data
            else None,
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as exc:
        raise Misconfigured(f"{path}: {exc}") from None
    return Gold(path, article, {kind: data[kind] for kind in KINDS if kind in data}, data.get("traps", []))


def score(pairs: Sequence[tuple[Gold, EnrichedArticle]]) -> list[Score]:
    """Precision, recall and F1 of each kind, and the share of traps that are answered with silence."""
    scores: list[Score] = []
    for kind in KINDS:
        tally = Tally()
        for gold, article in pairs:
            if kind in gold.facts:
                right, found = _matched(kind, gold, article)
                tally.add(right, found, len(gold.facts[kind]))
        if tally.gold or tally.found:
            scores += rates("gold", kind, tally)
    silent = [not sprung(trap, article) for gold, article in pairs for trap in gold.traps]
    scores.append(Score("gold", "traps: silence", sum(silent) / len(silent) if silent else 1.0, len(silent)))
    return scores


def faults(pairs: Sequence[tuple[Gold, EnrichedArticle]]) -> Iterator[str]:
    """A line for each fact that is missing or wrong and each trap that was sprung, for people."""
    for gold, article in pairs:
        for kind, wanted in gold.facts.items():
            left = list(facts_of(kind, article))
            for want in wanted:
                hit = next((fact for fact in left if MATCHES[kind](want, fact, article)), None)
                if hit is None:
                    yield f"{gold.path.stem}: {kind}: missing {want}"
                else:
                    left.remove(hit)
            for fact in left:
                yield f"{gold.path.stem}: {kind}: not in gold {short(fact)}"
        for trap in gold.traps:
            if sprung(trap, article):
                yield f"{gold.path.stem}: trap {trap}"


def short(fact: Any) -> str:
    """A fact in one line."""
    keep = (
        "name",
        "type",
        "role",
        "code",
        "surface",
        "text",
        "speaker",
        "stance",
        "first",
        "last",
        "value",
        "kind",
        "counted",
        "status",
        "country",
        "id",
    )
    shown = {key: value for key, value in fact.model_dump().items() if key in keep and value is not None}
    if "actor" in type(fact).model_fields:
        shown |= {role: party.name for role in ("actor", "target") if (party := getattr(fact, role))}
        shown |= {"trigger": fact.trigger.surface, "date": str(fact.date and fact.date.first), "place": fact.place}
    return ", ".join(f"{key}={value}" for key, value in shown.items())


def facts_of(kind: str, article: EnrichedArticle) -> list[Any]:
    """What counts as found: pinned places, countries in focus, all of the other kinds."""
    facts: list[Any] = list(getattr(article, kind))
    if kind == "places":
        return [place for place in facts if place.pinned]
    return [country for country in facts if country.is_focus] if kind == "countries" else facts


def _matched(kind: str, gold: Gold, article: EnrichedArticle) -> tuple[int, int]:
    left = facts_of(kind, article)
    found, right = len(left), 0
    for want in gold.facts[kind]:
        hit = next((fact for fact in left if MATCHES[kind](want, fact, article)), None)
        if hit is not None:
            left.remove(hit)
            right += 1
    return right, found


def sprung(trap: dict[str, Any], article: EnrichedArticle) -> bool:
    """Whether something was found where nothing is: a fact of the kind on the words of the trap, or of its values."""
    words = trap["surface"]
    values = {key: value for key, value in trap.items() if key not in ("kind", "surface", "why")}
    for fact in facts_of(trap["kind"], article):
        if any(str(_value(fact, key)) != str(value) for key, value in values.items()):
            continue
        if any(_meets(article, words, span) for span in _spans(fact)):
            return True
    return False


def _value(fact: Any, key: str) -> Any:
    value = getattr(fact, key)
    return value.country or value.name if isinstance(value, Party) else value


def _spans(fact: Any) -> list[Any]:
    if hasattr(fact, "mentions"):
        return list(fact.mentions)
    return [fact.trigger] if hasattr(fact, "trigger") else [fact] if hasattr(fact, "start") else []


def _meets(article: EnrichedArticle, words: str, span: Any) -> bool:
    """Whether a span touches one of the places where the words stand."""
    text = article.title if span.field == "title" else article.text
    at = text.find(words)
    while at >= 0:
        if span.start < at + len(words) and at < span.end:
            return True
        at = text.find(words, at + 1)
    return False


def _entity(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    return (
        fact.name == want["name"]
        and fact.type == want["type"]
        and ("role" not in want or (fact.role or "") == want["role"])
        and ("country" not in want or fact.country == want["country"])
        and ("id" not in want or fact.id == want["id"])
    )


def _place(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    named = want["name"] in (fact.name, *(span.surface for span in fact.mentions))
    near = "lat" not in want or (abs(fact.lat - want["lat"]) < 1 and abs(fact.lon - want["lon"]) < 1)
    focus = "is_focus" not in want or fact.is_focus == want["is_focus"]
    return named and near and focus and want.get("country", fact.country) == fact.country


def _country(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    return bool(fact.code == want["code"])


def _quote(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    wanted, found = want["text"].lower().split(), fact.text.lower().split()
    alike = len(set(wanted) & set(found)) >= 0.8 * max(len(set(wanted)), len(set(found)))
    return (
        alike
        and fact.kind == want["kind"]
        and ("speaker" not in want or (fact.speaker or "") == want["speaker"])
        and ("stance" not in want or fact.stance == want["stance"])
    )


def _event(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    def party(key: str, found: Party | None) -> bool:
        name = want.get(key)
        return name in (None, "") or (found is not None and name in (found.country, found.id, found.name))

    return (
        fact.type == want["type"]
        and fact.status == want["status"]
        and party("actor", fact.actor)
        and party("target", fact.target)
        and ("date" not in want or (fact.date is not None and str(fact.date.first) == want["date"]))
        and ("place" not in want or fact.place == want["place"])
    )


def _date(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    same = want["surface"] in fact.surface or fact.surface in want["surface"]
    return same and str(fact.first) == want["from"] and str(fact.last) == want.get("to", want["from"])


def _figure(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    counted = want.get("counted")
    return (
        abs(fact.value - want["value"]) < 1e-6 * max(1, abs(want["value"]))
        and fact.kind == want["kind"]
        and ("currency" not in want or fact.currency == want["currency"])
        and (counted is None or counted in (fact.counted or ""))
        and ("qualifier" not in want or fact.qualifier == want["qualifier"])
    )


def _topic(want: dict[str, Any], fact: Any, _: EnrichedArticle) -> bool:
    return bool(fact.id == want["id"])


Match = Callable[[dict[str, Any], Any, EnrichedArticle], bool]
MATCHES: dict[str, Match] = {
    "entities": _entity,
    "places": _place,
    "countries": _country,
    "quotes": _quote,
    "events": _event,
    "dates": _date,
    "figures": _figure,
    "topics": _topic,
}
