"""`geowire explain`: each fact of an article beside its sentence and the reason for it, so that a reader can judge."""

import asyncio
import re
from typing import Annotated

import typer

from pipeline import settings as configuration
from pipeline.article import DateMention, EnrichedArticle, Entity, Event, Figure, Party, Place, Quote, Span, Stretch
from pipeline.cli import output
from pipeline.cli.worker import Data
from pipeline.errors import GeowireError

CONTEXT = 160  # characters of a sentence that an explanation shows
LONGEST = 300  # characters of a quote that are shown
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*\s+|\n+")


def explain(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id, as search prints it.")],
    data: Data = None,
) -> None:
    """Print each fact of an article beside its sentence, with method, confidence and reason."""
    explain_facts(asyncio.run(_get(configuration.load({"data": data}), article_id)))


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
    for entity in article.entities:
        _entity(article, entity)
    for place in article.places:
        _place(article, place)
    for country in article.countries:
        focus = ", in focus" if country.is_focus else ""
        why = f"weight {country.weight:.2f}, by {', '.join(country.why)}{focus}"
        output.styled([("country  ", "cyan"), (country.code, "bold"), (f"  {why}", "dim")])
    _told(article)
    _about(article)


def _told(article: EnrichedArticle) -> None:
    """What the article tells: who says what, who did what to whom, when, and how many."""
    for quote in article.quotes:
        _quote(article, quote)
    for event in article.events:
        _event(article, event)
    for day in article.dates:
        _date(article, day)
    for figure in article.figures:
        _figure(article, figure)


def _about(article: EnrichedArticle) -> None:
    """What the article is about as a whole."""
    for topic in article.topics:
        output.styled([("topic    ", "cyan"), (topic.name, "bold"), (f"  {topic.id}, {topic.confidence:.2f}", "dim")])
    if article.keywords:
        output.styled([("keywords ", "cyan"), (", ".join(article.keywords), "")])
    if article.tone is not None:
        output.styled([("tone     ", "cyan"), (f"{article.tone:+.2f}", "bold")])
    print()


def _entity(article: EnrichedArticle, entity: Entity) -> None:
    detail = f"{entity.method}, confidence {entity.confidence:.2f}, {_times(entity.mentions)}"
    about = [entity.role, entity.country, f"also {', '.join(entity.aliases)}" if entity.aliases else None]
    detail = "; ".join([*(part for part in about if part), detail])
    _fact(article, entity.type, entity.name, detail, entity.mentions[0])


def _place(article: EnrichedArticle, place: Place) -> None:
    where = f"{place.lat:.2f}, {place.lon:.2f}" if place.pinned else "not pinned"
    name = f"{place.name} ({place.country})" if place.country else place.name
    focus = "; in focus" if place.is_focus else ""
    _fact(article, "place", name, f"{where}; {place.reason}{focus}", place.mentions[0])


def _quote(article: EnrichedArticle, quote: Quote) -> None:
    name = f"{quote.speaker or 'somebody'} {quote.cue or ''}".strip()
    known = f" is {quote.speaker_id}" if quote.speaker_id else ""
    source = f"“{quote.source.surface}”{known}; " if quote.source else ""
    detail = f"{source}{quote.kind}, {quote.stance}, {quote.method}, confidence {quote.confidence:.2f}"
    said = quote.text if len(quote.text) <= LONGEST else quote.text[:LONGEST] + " …"
    output.styled([("quote    ", "cyan"), (name, "bold"), (f"  {detail}", "dim")])
    output.styled([("         “", ""), (said.replace("\n", " "), "bold yellow"), ("”", "")])


def _event(article: EnrichedArticle, event: Event) -> None:
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
    _fact(article, "event", name, detail, event.trigger, event.sentence)


def _party(party: Party | None) -> str:
    if party is None:
        return "?"
    return f"{party.name} ({party.country})" if party.country else party.name


def _date(article: EnrichedArticle, day: DateMention) -> None:
    name = f"{day.first}" if day.first == day.last else f"{day.first} to {day.last}"
    _fact(article, "date", name, f"{day.precision}, {day.method}, confidence {day.confidence:.2f}", day)


def _figure(article: EnrichedArticle, figure: Figure) -> None:
    unit = f" {figure.unit}" if figure.unit else ""
    counted = f" of {figure.counted}" if figure.counted else ""
    qualifier = f"{figure.qualifier} " if figure.qualifier else ""
    name = f"{qualifier}{figure.value:,.10g}{unit}{counted}"
    _fact(article, "figure", name, f"{figure.kind}, {figure.method}, confidence {figure.confidence:.2f}", figure)


def _times(mentions: list[Span]) -> str:
    return "once" if len(mentions) == 1 else f"{len(mentions)} times"


def _fact(
    article: EnrichedArticle, kind: str, name: str, detail: str, mention: Span, sentence: Stretch | None = None
) -> None:
    text = article.title if mention.field == "title" else article.text
    before, after = _sentence(text, mention)
    if sentence is not None:
        before, after = text[sentence.start : mention.start], text[mention.end : sentence.end].rstrip()
    output.styled([(f"{kind:<9}", "cyan"), (name, "bold"), (f"  {detail}", "dim")])
    before, after = before.replace("\n", " "), after.replace("\n", " ")
    output.styled([("         “", ""), (before, ""), (mention.surface, "bold yellow"), (f"{after}”", "")])


def _sentence(text: str, mention: Span) -> tuple[str, str]:
    """What stands before and after a mention in its sentence, as much as fits a line or two."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, max(0, mention.start - CONTEXT), mention.start)]
    start = ends[-1] if ends else max(0, mention.start - CONTEXT)
    stop = _SENTENCE_END.search(text, mention.end, mention.end + CONTEXT)
    end = stop.end() if stop else min(len(text), mention.end + CONTEXT)
    before, after = text[start : mention.start], text[mention.end : end].rstrip()
    cut_before, cut_after = not ends and start > 0, stop is None and end < len(text)
    return ("… " if cut_before else "") + before, after + (" …" if cut_after else "")
