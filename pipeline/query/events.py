"""Events as terms: what one event did, to whom, by whom and whether it happened, bound together.

Every subset of an event's traits is one term, so `event:(type:ASSAULT actor:RU)` is one lookup and never joins the
actor of one event with the type of another. A party stands in the terms as its country's code, as its entity id, and
by its name; a country as its code alone.
"""

from collections.abc import Iterator
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


def terms(article: EnrichedArticle) -> set[str]:
    """All terms of an article's events."""
    return {_term(*traits) for event in article.events for traits in _subsets(event)}


def asked(traits: Traits) -> str:
    """The term of what is asked of one event."""
    return _term(traits.type, traits.actor, traits.target, traits.status)


def holds(traits: Traits, event: Event) -> bool:
    """Whether an event has these traits."""
    return (
        traits.type in (None, event.type)
        and traits.status in (None, event.status)
        and (traits.actor is None or traits.actor in parties(event.actor))
        and (traits.target is None or traits.target in parties(event.target))
    )


def parties(party: Party | None) -> list[str]:
    """What a party is called in terms: country code, entity id, `=name`."""
    if party is None:
        return []
    code = [party.country.upper()] if party.country else []
    if party.id.startswith("country:"):
        return code or [party.id.removeprefix("country:").upper()]
    return [*code, party.id, f"={' '.join(fold(party.name))}"]


def trait(key: str, value: str, position: int) -> Traits:
    """One trait as a query writes it.

    Raises:
        QueryError: no such type, status or party.
    """
    match key:
        case "type" | "event":
            return Traits(type=one_of("event", value.upper(), TYPES, position))
        case "status":
            return Traits(status=one_of("status", value.lower(), STATUSES, position))
        case "actor":
            return Traits(actor=_party("actor", value, position))
        case "target":
            return Traits(target=_party("target", value, position))
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


def _party(key: str, value: str, position: int) -> str:
    code = code_of(value)
    if code is not None:
        return code
    kind, colon, rest = value.partition(":")
    if colon and rest and kind.isalpha():
        return rest.upper() if kind == "country" else value
    if len(value) == 2 and value.isupper():
        near = near_names(value)
        raise QueryError(
            f"no country has the code `{value}`",
            position=position,
            expected="a country's code or name, an entity's id (person:…), or a name",
            suggestion=f"{key}:{near[0]}" if near else None,
        )
    name = " ".join(fold(value))
    if not name:
        message = f"there is no letter or digit in `{value}`"
        raise QueryError(message, position=position, expected="a country, an entity's id, or a name")
    return f"={name}"


def _subsets(event: Event) -> Iterator[tuple[str | None, ...]]:
    actors, targets = parties(event.actor), parties(event.target)
    for traits in product((None, event.type), (None, *actors), (None, *targets), (None, event.status)):
        if any(traits):
            yield traits


def _term(*traits: str | None) -> str:
    return "|".join(value or "" for value in traits)
