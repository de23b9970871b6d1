"""The query language: parses.tsv and refusals.tsv, printing, and what holds for any query."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import QueryError
from pipeline.query import cost
from pipeline.query.events import STATUSES, TYPES
from pipeline.query.faults import MAX_DEPTH
from pipeline.query.grammar import MAX_AREAS, MAX_CLAUSES, MAX_LENGTH, parse
from pipeline.query.printing import to_text
from pipeline.query.tree import (
    And,
    Area,
    Close,
    Dated,
    Everything,
    Fuzzy,
    Happening,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Published,
    Quoted,
    Same,
    Similar,
    Term,
    TextLeaf,
    Traits,
    Word,
)  # fmt: skip

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def table(name: str) -> list[list[str]]:
    """The rows of a table beside this file, without comments and the header."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]


def shown(node: Node) -> str:
    """A tree as parses.tsv writes it."""
    match node:
        case Everything():
            return "all"
        case Word() | Phrase() | Close() | Prefix() | Fuzzy():
            return words_shown(node)
        case Quoted(part):
            return f"(quoted {shown(part)})"
        case Same(part):
            return f"(same {shown(part)})"
        case Not(part):
            return f"(not {shown(part)})"
        case And(parts):
            return f"(and {' '.join(map(shown, parts))})"
        case Or(parts):
            return f"(or {' '.join(map(shown, parts))})"
    return fact_shown(node)


def words_shown(node: TextLeaf) -> str:
    """Words, as parses.tsv writes them."""
    text = f'"{node.text}"' if isinstance(node, Phrase | Close) else node.text
    after = {Close: "~{0.gap}", Prefix: "*", Fuzzy: "~{0.edits}"}.get(type(node), "")
    return f"{'t/' if node.scope == 'title' else ''}{text}{after.format(node)}"


def fact_shown(node: Node) -> str:
    """Facts, as parses.tsv writes them."""
    match node:
        case Term(field, value, known):
            return f"{field}={value}{f'@{known}' if known else ''}"
        case Published(start, end, _):
            return "..".join(moment.strftime("%Y-%m-%dT%H:%M") if moment else "" for moment in (start, end))
        case Number(field, low, high, _, currency):
            return f"{field}{'.' + currency if currency else ''}={low:g}..{high:g}"
        case Dated(clock, terms, _):
            return f"{clock}={','.join(terms[:2])}{f'+{len(terms) - 2}' if len(terms) > 2 else ''}"
        case Similar(key):
            return f"similar={key}"
        case Area(field, _, text):
            return f"{field}={text}"
        case Happening(alternatives):
            return f"(event {' or '.join(traits_shown(one) for one in alternatives)})"
    raise AssertionError(node)


def traits_shown(traits: Traits) -> str:
    """What is asked of an event, as parses.tsv writes it."""
    return ",".join(f"{key}={value}" for key, value in vars(traits).items() if value is not None)


def locate(name: str) -> tuple[float, float] | None:
    """A gazetteer of one place."""
    return (50.45, 30.52) if name.casefold() == "kyiv" else None


def spell(name: str) -> list[str]:
    """What a mistyped name was probably meant to be."""
    return ["Kyiv", "Kiel"] if name.casefold() == "kiyv" else []


def named(name: str) -> str | None:
    """A list of one organisation."""
    return "org:lake-union" if name.casefold() in ("lq", "lu", "lake union") else None


@pytest.mark.parametrize(("query", "tree"), table("parses.tsv"))
def test_parses(query: str, tree: str) -> None:
    node = parse(query, now=NOW, locate=locate, named=named)
    assert shown(node) == tree
    assert parse(to_text(node), now=NOW, locate=locate, named=named) == node


@pytest.mark.parametrize(("query", "position", "message", "suggestion"), table("refusals.tsv"))
def test_refusals(query: str, position: str, message: str, suggestion: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, now=NOW, locate=locate, spell=spell)
    assert message in caught.value.message
    assert (caught.value.position, caught.value.suggestion or "") == (int(position), suggestion)


@pytest.mark.parametrize(
    "suggestion", sorted({row[3] for row in table("refusals.tsv")} - {"", "country:", "source.country:"})
)
def test_suggested_queries_parse(suggestion: str) -> None:
    parse(suggestion, now=NOW, locate=locate)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("a" * (MAX_LENGTH + 1), "characters long"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "parentheses"),
        ("(" * MAX_LENGTH, "parentheses"),
        ("-(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "parentheses"),
        ("NOT " * 999 + "a", "NOT"),
        ("a " * (MAX_CLAUSES + 1), "limit is 200"),
        ("title:(" + "a " * (MAX_CLAUSES + 1) + ")", "limit is 200"),
        ("country:" + "x" * 3000, "no country"),
        ("terr* " * 21, "limit is 20"),
        ("quote:(" + "a " * 21 + ")", "limit is 20"),
        ("same:(" + "a " * 9 + ")", "limit is 8"),
        ("near:1,2~3km " * 6, "more than 5 areas"),
    ],
)
def test_bounds(query: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse(query, now=NOW)


def test_the_largest_queries_are_taken() -> None:
    deep = parse("-(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, now=NOW)
    assert to_text(deep).count("-") == MAX_DEPTH
    assert len(parse("a " * MAX_CLAUSES, now=NOW).parts) == MAX_CLAUSES  # type: ignore[union-attr]  # it is an And


def test_relative_dates_stay_relative() -> None:
    printed = to_text(parse("published:7d", now=NOW))
    later = parse(printed, now=NOW + timedelta(days=30))
    assert isinstance(later, Published)
    assert later.start == NOW + timedelta(days=23)


def test_a_moment_counts_in_its_own_zone() -> None:
    east = NOW.astimezone(tz=None).astimezone(tz=UTC)
    assert parse("published:24h", now=east) == parse("published:24h", now=NOW)


word_texts = st.one_of(
    st.sampled_from(["talks", "COVID-19", "U.S.", "and", "Iran:", "O’Brien", "乌克兰", "+x", "1,200", "OR,", "ok?"]),
    st.from_regex(r"\A[a-zA-Zäöüß][a-z0-9'.,/-]{0,9}\Z").filter(lambda word: word not in ("AND", "OR", "NOT")),
)
phrase_texts = st.lists(word_texts, min_size=1, max_size=3).map(" ".join)
scopes = st.sampled_from(["any", "title"])
published = st.one_of(
    st.sampled_from(["7d", "24h", "today", "2026-11", "2026-11-01..", "..2026-11-07", "2026-11-01T10:00:00Z..2026-12"]),
    st.dates(min_value=datetime(1, 1, 1).date()).map(lambda day: day.isoformat()),
).map(lambda text: parse(f'published:"{text}"', now=NOW))


def several(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """And, Or and Not over smaller trees."""
    parts = st.lists(children, min_size=2, max_size=4).map(tuple)
    return st.one_of(parts.map(And), parts.map(Or), children.map(Not))


traits = st.builds(
    Traits,
    st.none() | st.sampled_from(TYPES),
    st.none() | st.sampled_from(["RU", "person:wendy-sherman", "=wendy sherman"]),
    st.none() | st.sampled_from(["UA", "org:nato"]),
    st.none() | st.sampled_from(STATUSES),
).filter(lambda found: found != Traits())
quoted = st.recursive(
    st.one_of(
        st.builds(Word, word_texts),
        st.builds(Phrase, phrase_texts),
        st.builds(Term, st.just("speaker"), phrase_texts),
        st.builds(Term, st.just("stance"), st.sampled_from(["said", "denied"])),
    ),
    lambda children: several(children),
    max_leaves=3,
)
words = st.one_of(st.builds(Word, word_texts), st.builds(Phrase, phrase_texts))
either = st.lists(words, min_size=2, max_size=2).map(lambda parts: Or(tuple(parts)))
same = st.lists(st.one_of(words, either), min_size=2, max_size=3).map(lambda parts: And(tuple(parts)))
leaves = st.one_of(
    st.just(Everything()),
    st.builds(Word, word_texts, scopes),
    st.builds(Phrase, phrase_texts, scopes),
    st.builds(
        Term,
        st.sampled_from(["person", "org", "place", "about", "source", "topic", "author", "section", "url"]),
        phrase_texts,
    ),
    st.builds(Term, st.sampled_from(["cluster", "entity"]), st.from_regex(r"\A[a-z]{1,6}:[a-z0-9-]{1,9}\Z")),
    st.builds(Term, st.just("source.country"), st.sampled_from(["UA", "US", "XK"])),
    st.builds(Close, st.sampled_from(["oil price", "a b c", "U.S. envoy"]), st.integers(0, 100), scopes),
    st.builds(Prefix, st.sampled_from(["terr", "Über", "乌"]), scopes),
    st.builds(Fuzzy, st.sampled_from(["colour", "Ölpreis"]), st.integers(1, 2), scopes),
    st.sampled_from(
        [
            "happened:7d",
            "happened:next7d",
            "mentions:2026-11-01..2027",
            "mentions:..1999",
            "happened:tomorrow",
            "killed:>=10",
            "money:>1.5m",
            "money.usd:<=2,000",
            "origins:3..",
            "percent:-5..5",
            "near:Kyiv~50km",
            "near:-33.9,18.4~5km",
            "bbox:-10,35,30,60",
            "killed:..3",
        ]
    ).map(lambda text: parse(text.replace(":-5..5", ':"-5..5"'), now=NOW, locate=locate)),
    st.lists(traits, min_size=1, max_size=3, unique=True).map(lambda found: Happening(tuple(found))),
    st.builds(Quoted, quoted),
    st.builds(Similar, st.from_regex(r"\A[a-z0-9]{1,6}[:/-][a-z0-9]{1,9}\Z")),
    st.builds(Same, same),
    st.builds(Term, st.just("country"), st.sampled_from(["UA", "US", "XK"])),
    st.builds(Term, st.just("lang"), st.sampled_from(["en", "fil"])),
    published,
)


trees: st.SearchStrategy[Node] = st.recursive(leaves, several, max_leaves=12)


def within_limits(query: str) -> bool:
    """Whether a tree asks for no more areas, likenesses and sentences than a query may."""
    together = sum(len(group.split()) for group in re.findall(r"same:\([^:]*", query))
    return len(re.findall("near:|bbox:", query)) <= MAX_AREAS and query.count("similar:") <= 3 and together <= 8


@settings(deadline=None)
@given(trees.filter(lambda tree: within_limits(to_text(tree))))
def test_printing_and_parsing_give_the_tree_again(tree: Node) -> None:
    assert parse(to_text(tree), now=NOW, locate=locate) == tree


marks = ["AND", "OR", "NOT", "-", "–", "(", ")", '"', "“", " ", "  ", "*", "~", ":", "..", ",", "_", "'s", "\n"]
texts = [
    "a",
    "é",
    "\u0301",
    "中",
    "\ud800",
    "\x00",
    "UA",
    "7d",
    "2026-11-01",
    "title:",
    "country:",
    "lang:",
    "foo:",
    "event:",
    "quote:",
    "speaker:",
]
more = [
    "near:",
    "bbox:",
    "money.usd:",
    ">=10",
    "~5",
    "type:",
    "actor:",
    "RU",
    "status:",
    "killed:",
    "happened:",
    "50km",
]
pieces = st.sampled_from([*marks, *texts, *more, "published:"])


@settings(deadline=None, max_examples=400)
@given(st.one_of(st.text(max_size=60), st.lists(pieces, max_size=25).map("".join)))
@example("(" * 5000)
@example('"' * 4001)
@example("-" * 4000)
@example("title:" * 600)
@example("🇺🇦 " * 900)
def test_any_text_is_a_tree_or_a_positioned_error(query: str) -> None:
    fault = fault_of(query)
    if fault is None:
        tree = parse(query, now=NOW)
        assert parse(to_text(tree), now=NOW) == tree
    else:
        assert 0 <= fault.position <= len(query)
        assert fault.message


def fault_of(query: str) -> QueryError | None:
    """The error that a query gives; any other exception goes through."""
    try:
        parse(query, now=NOW)
    except QueryError as exc:
        return exc
    return None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("talks", 2),
        ("title:talks -oil", 1 + 3),
        ('"oil price" "a b c"~5', 4 + 24),
        ("same:(oil (gas OR coal))", 64 * 3),
        ("quote:talks quote:(speaker:x -oil)", 1 + 32 * 3),
        ("country:UA happened:7d terr*", 2 + 7 + 32),
        ("x's-y's", 4),
    ],
)
def test_what_a_query_costs(query: str, expected: int) -> None:
    assert cost.cost(parse(query, now=NOW), ["en"]) == expected


def test_no_engine_is_asked_for_too_much() -> None:
    node = parse("same:(" + "a " * 8 + ") quote:(" + "b " * 20 + ")", now=NOW)
    with pytest.raises(QueryError, match="the limit is 1,000"):
        cost.check(node, ["en"])
