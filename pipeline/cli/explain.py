"""`geowire explain`: each fact of an article beside its sentence and the reason for it, so that a reader can judge."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from pipeline import settings as configuration
from pipeline.article import (
    DateMention,
    EnrichedArticle,
    Entity,
    Event,
    FieldName,
    Figure,
    Party,
    Place,
    Quote,
    Span,
    Stretch,
)
from pipeline.cli import output
from pipeline.cli.inputs import AsJson, Data
from pipeline.errors import GeowireError

CONTEXT = 160  # characters of a sentence that an explanation shows
LONGEST = 300  # characters of a quote that are shown


def explain(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id, as search prints it.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Print each fact of an article beside its sentence, with method, confidence and reason."""
    article = asyncio.run(_get(configuration.load({"data": data}), article_id))
    if as_json:
        output.data(explained(article))
    else:
        explain_facts(article)


async def _get(settings: configuration.Settings, article_id: str) -> EnrichedArticle:
    from pipeline.open import index_only

    async with index_only(settings) as index:
        found = await index.get([article_id])
        if article_id not in found:
            raise GeowireError(f"no article {article_id}; geowire search prints the ids")
        return found[article_id]


def explain_facts(article: EnrichedArticle) -> None:
    """Facts for people: kind and name, why, and the first sentence that says it."""
    date = f"{article.published_at:%Y-%m-%d %H:%M} UTC" if article.published_at else "no date"
    sure = f" ({article.language_confidence:.2f})" if article.language_confidence is not None else ""
    output.styled([(article.title or article.text[:80], "bold")])
    output.styled([(f"{date} · language {article.language or 'unknown'}{sure} · id {article.id}\n", "dim")])
    for fact in _facts(article):
        why = [(f"  {fact.why}", "dim")] if fact.why else []
        output.styled([(f"{fact.kind:<9}", "cyan"), (fact.name, "bold"), *why])
        if (shown := fact.shown) is not None:
            surface = shown.surface[:LONGEST] + " …" if len(shown.surface) > LONGEST else shown.surface
            before, surface, after = (part.replace("\n", " ") for part in (shown.before, surface, shown.after))
            output.styled([("         “", ""), (before, ""), (surface, "bold yellow"), (f"{after}”", "")])
    print()


def explained(article: EnrichedArticle) -> dict[str, Any]:
    """Facts for programs: the same, each with where it stands."""
    return {"id": article.id, "title": article.title, "facts": [_as_json(fact) for fact in _facts(article)]}


@dataclass(frozen=True)
class _Shown:
    """Where a fact stands, `text[start:end]` in code points, and what of its sentence is shown around it."""

    field: FieldName
    start: int
    end: int
    before: str
    surface: str
    after: str


@dataclass(frozen=True)
class _Fact:
    """A fact as it is explained; what is true of the article as a whole stands in no sentence."""

    kind: str
    name: str
    why: str = ""
    shown: _Shown | None = None


def _as_json(fact: _Fact) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": fact.kind, "name": fact.name, "why": fact.why}
    if (shown := fact.shown) is None:
        return found
    where = {"field": shown.field, "start": shown.start, "end": shown.end, "surface": shown.surface}
    return found | where | {"sentence": shown.before + shown.surface + shown.after}


def _facts(article: EnrichedArticle) -> Iterator[_Fact]:
    """Who and where; who says what, who did what to whom, when, and how many; what it is about as a whole."""
    sentences = _Sentences(article)
    yield from (_entity(sentences, entity) for entity in article.entities)
    yield from (_place(sentences, place) for place in article.places)
    for country in article.countries:
        focus = ", in focus" if country.is_focus else ""
        yield _Fact("country", country.code, f"weight {country.weight:.2f}, by {', '.join(country.why)}{focus}")
    yield from (_quote(quote) for quote in article.quotes)
    yield from (_event(sentences, event) for event in article.events)
    yield from (_date(sentences, day) for day in article.dates)
    yield from (_figure(sentences, figure) for figure in article.figures)
    for topic in article.topics:
        yield _Fact("topic", topic.name, f"{topic.id}, {topic.confidence:.2f}")
    if article.keywords:
        yield _Fact("keywords", ", ".join(article.keywords))
    if article.tone is not None:
        yield _Fact("tone", f"{article.tone:+.2f}")


class _Sentences:
    """The sentences of an article."""

    def __init__(self, article: EnrichedArticle) -> None:
        from pipeline.query.sentences import ends  # analysis is slow to load, and not every command needs it

        self._texts: dict[FieldName, str] = {"title": article.title, "text": article.text}
        self._edges = {field: [0, *ends(text), len(text)] for field, text in self._texts.items()}

    def around(self, mention: Span) -> _Shown:
        """A mention in its sentence, of which as much is shown as fits a line or two."""
        text, edges = self._texts[mention.field], self._edges[mention.field]
        first, last = edges[bisect_right(edges, mention.start) - 1], edges[bisect_left(edges, mention.end)]
        start, end = max(first, mention.start - CONTEXT), min(last, mention.end + CONTEXT)
        before, after = text[start : mention.start], text[mention.end : end].rstrip()
        before, after = ("… " if start > first else "") + before, after + (" …" if end < last else "")
        return _Shown(mention.field, mention.start, mention.end, before, mention.surface, after)

    def whole(self, sentence: Stretch, mention: Span) -> _Shown:
        """A mention in the sentence that was found for it."""
        text = self._texts[mention.field]
        before, after = text[sentence.start : mention.start], text[mention.end : sentence.end].rstrip()
        return _Shown(mention.field, mention.start, mention.end, before, mention.surface, after)


def _entity(sentences: _Sentences, entity: Entity) -> _Fact:
    detail = f"{entity.method}, confidence {entity.confidence:.2f}, {_times(entity.mentions)}"
    about = [entity.role, entity.country, f"also {', '.join(entity.aliases)}" if entity.aliases else None]
    detail = "; ".join([*(part for part in about if part), detail])
    return _Fact(entity.type, entity.name, detail, sentences.around(entity.mentions[0]))


def _place(sentences: _Sentences, place: Place) -> _Fact:
    where = f"{place.lat:.2f}, {place.lon:.2f}" if place.pinned else "not pinned"
    name = f"{place.name} ({place.country})" if place.country else place.name
    focus = "; in focus" if place.is_focus else ""
    return _Fact("place", name, f"{where}; {place.reason}{focus}", sentences.around(place.mentions[0]))


def _quote(quote: Quote) -> _Fact:
    name = f"{quote.speaker or 'somebody'} {quote.cue or ''}".strip()
    known = f" is {quote.speaker_id}" if quote.speaker_id else ""
    source = f"“{quote.source.surface}”{known}; " if quote.source else ""
    detail = f"{source}{quote.kind}, {quote.stance}, {quote.method}, confidence {quote.confidence:.2f}"
    return _Fact("quote", name, detail, _Shown(quote.field, quote.start, quote.end, "", quote.text, ""))


def _event(sentences: _Sentences, event: Event) -> _Fact:
    when = (
        ""
        if event.date is None
        else f" on {event.date.first}"
        if event.date.first == event.date.last
        else f" {event.date.first} to {event.date.last}"
    )
    where = f" in {event.place}" if event.place else ""
    name = f"{event.type} {_party(event.actor)} → {_party(event.target)}"
    detail = f"{event.status}{when}{where}; {event.reason}; confidence {event.confidence:.2f}"
    return _Fact("event", name, detail, sentences.whole(event.sentence, event.trigger))


def _party(party: Party | None) -> str:
    if party is None:
        return "?"
    return f"{party.name} ({party.country})" if party.country else party.name


def _date(sentences: _Sentences, day: DateMention) -> _Fact:
    name = f"{day.first}" if day.first == day.last else f"{day.first} to {day.last}"
    detail = f"{day.precision}, {day.method}, confidence {day.confidence:.2f}"
    return _Fact("date", name, detail, sentences.around(day))


def _figure(sentences: _Sentences, figure: Figure) -> _Fact:
    unit = f" {figure.unit}" if figure.unit else ""
    counted = f" of {figure.counted}" if figure.counted else ""
    qualifier = f"{figure.qualifier} " if figure.qualifier else ""
    name = f"{qualifier}{figure.value:,.10g}{unit}{counted}"
    detail = f"{figure.kind}, {figure.method}, confidence {figure.confidence:.2f}"
    return _Fact("figure", name, detail, sentences.around(figure))


def _times(mentions: list[Span]) -> str:
    return "once" if len(mentions) == 1 else f"{len(mentions)} times"
