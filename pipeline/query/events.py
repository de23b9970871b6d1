"""Events as terms: what one event did, to whom, by whom and whether it happened, bound together.

Every subset of an event's traits is one term, so `event:(type:ASSAULT actor:RU)` is one lookup and never joins the
actor of one event with the type of another. A party stands in the terms as its country's code, as its entity id, and
by its name and the others that the article uses for it; a country as its code alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import get_args

from pipeline.article import EnrichedArticle, Event, EventStatus, EventType, Party
from pipeline.countries import code_of, near_names
from pipeline.errors import QueryError
from pipeline.query.tree import Traits
from pipeline.query.values import one_of
from pipeline.text import fold

KEYS = ("type", "actor", "target", "status")
TYPES: tuple[str, ...] = get_args(EventType)
STATUSES: tuple[str, ...] = get_args(EventStatus)
MAX_ALTERNATIVES = 64
MAX_NAMES = 4  # of one party: each is a term with every subset of the event's other traits
PARTY = "a country's code or name, an organisation or person by name, or an id (org:…, person:…)"

Named = Callable[[str], str | None]
"""The entity's id of a person or organisation that is known by a name: `org:european-union` for `EU`."""
Called = Mapping[str, Sequence[str]]
"""Names by the id of an entity."""


def terms(article: EnrichedArticle) -> set[str]:
    """All terms of an article's events."""
    called = _called(article)
    return {_term(*traits) for event in article.events for traits in _subsets(event, called)}


def asked(traits: Traits) -> str:
    """The term of what is asked of one event."""
    return _term(traits.type, traits.actor, traits.target, traits.status)


def holding(article: EnrichedArticle, alternatives: Sequence[Traits]) -> list[Event]:
    """The events of an article that have all traits of one of several alternatives."""
    called = _called(article)
    return [event for event in article.events if any(_holds(traits, event, called) for traits in alternatives)]


def _holds(traits: Traits, event: Event, called: Called) -> bool:
    return (
        traits.type in (None, event.type)
        and traits.status in (None, event.status)
        and (traits.actor is None or traits.actor in _parties(event.actor, called))
        and (traits.target is None or traits.target in _parties(event.target, called))
    )


def _parties(party: Party | None, called: Called) -> list[str]:
    """What a party is called in terms: country code, entity id, and each `=name`."""
    if party is None:
        return []
    code = [party.country.upper()] if party.country else []
    if party.id.startswith("country:"):
        return code or [party.id.removeprefix("country:").upper()]
    folded = dict.fromkeys(f"={' '.join(fold(name))}" for name in (party.name, *called.get(party.id, ())))
    return [*code, party.id, *[name for name in folded if name != "="][:MAX_NAMES]]


def _called(article: EnrichedArticle) -> Called:
    """The names that an article uses for each of its entities, by id."""
    return {entity.id: (entity.name, *entity.aliases) for entity in article.entities}


def trait(key: str, value: str, position: int, named: Named | None = None) -> Traits:
    """One trait as a query writes it.

    Args:
        key: `type` (or `event`), `actor`, `target` or `status`.
        value: its value.
        position: where that stands in the query.
        named: who is known by a name; without it a name stands for itself.

    Raises:
        QueryError: no such type, status or party.
    """
    match key:
        case "type" | "event":
            return Traits(type=one_of("event", value.upper(), TYPES, position))
        case "status":
            return Traits(status=one_of("status", value.lower(), STATUSES, position))
        case "actor":
            return Traits(actor=_party("actor", value, position, named))
        case "target":
            return Traits(target=_party("target", value, position, named))
    raise AssertionError(f"no trait of an event: {key}")


def joined(one: Traits, other: Traits) -> Traits | None:
    """Both together; None where they ask two different things of one trait."""
    found = {}
    for key in KEYS:
        mine, theirs = getattr(one, key), getattr(other, key)
        if mine is not None and theirs is not None and mine != theirs:
            return None
        found[key] = mine if theirs is None else theirs
    return Traits(**found)


def shown(party: str) -> str:
    """A party's value as a query writes it."""
    return party.removeprefix("=")


def _party(key: str, value: str, position: int, named: Named | None) -> str:
    code = code_of(value)
    if code is not None:
        return code
    kind, colon, rest = value.partition(":")
    if colon and rest and kind.isalpha():
        return rest.upper() if kind == "country" else value
    if named and (known := named(value)):
        return known
    if len(value) == 2 and value.isupper():
        near = near_names(value)
        message = f"no country has the code `{value}`, and no organisation is known by it; write a whole name"
        suggestion = f"{key}:{near[0]}" if near else None
        raise QueryError(message, position=position, expected=PARTY, suggestion=suggestion)
    name = " ".join(fold(value))
    if not name:
        message = f"there is no letter or digit in `{value}`"
        raise QueryError(message, position=position, expected=PARTY)
    return f"={name}"


def _subsets(event: Event, called: Called) -> Iterator[tuple[str | None, ...]]:
    actors, targets = _parties(event.actor, called), _parties(event.target, called)
    for traits in product((None, event.type), (None, *actors), (None, *targets), (None, event.status)):
        if any(traits):
            yield traits


def _term(*traits: str | None) -> str:
    return "|".join(value or "" for value in traits)
