"""The records of an article: what is published, and what enrichment adds.

One canonical record per topic, JSON on the wire. Adapters at the edge (sources/) make an `Article`; `admit`
is the only door, for files, the API and messages of foreign producers alike.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import Rejected
from pipeline.identity import article_id, canonical_url, domain_of, names_page, without_user

MAX_TEXT = 500_000  # code points; a longer text is rejected (DESIGN.md, Decisions)
MAX_TITLE = 2_000  # code points
MAX_URL = 8_000  # bytes stay under Lucene's term limit of 32,766 in any encoding
FIRST_NEWS = datetime(1600, 1, 1, tzinfo=UTC)
MOMENTS, ZEROS = ("published_at", "modified_at", "first_seen_at", "fetched_at"), (0, -1, "0", "-1", "")
FUTURE = timedelta(hours=24)  # a published date further ahead than this is dropped

ID = re.compile(r"[!-~]{1,200}")  # printable ASCII without blanks; Elasticsearch takes 512 bytes
_SCRIPT = re.compile(r"\s*(?:javascript|vbscript|data):", re.IGNORECASE)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it, an escaped backslash before it apart


def _utc(value: datetime) -> datetime:
    """A moment in UTC; one without a zone is taken as UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Short = Annotated[str, Field(max_length=500)]  # names: far below Lucene's term limit of 32,766 bytes
Moment = Annotated[datetime, AfterValidator(_utc)]
PublishedFrom = Literal["feed", "sitemap", "jsonld", "meta", "time", "url", "push", "none"]
Completeness = Literal["full", "teaser", "title"]
FieldName = Literal["title", "text"]
EntityType = Literal["PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "PRODUCT"]
QuoteKind = Literal["direct", "indirect"]
Stance = Literal["said", "denied", "warned", "claimed", "promised"]
EventType = Literal[
    "ACCUSE", "AGREE", "AID", "ASSAULT", "COERCE", "CONCEDE", "CONSULT", "COOPERATE", "MOBILIZE", "PROTEST", "REJECT",
    "REQUEST", "RETREAT", "SANCTION", "SUPPORT", "THREATEN",
]  # fmt: skip
EventStatus = Literal["happened", "ongoing", "planned", "threatened", "denied", "alleged", "historical"]
FigureKind = Literal["killed", "injured", "displaced", "arrested", "troops", "money", "percent", "other"]
Why = Literal["place", "demonym", "actor", "metonym"]


class Record(BaseModel):
    """The base of all records: unknown fields of other versions are dropped, not refused."""

    model_config = ConfigDict(extra="ignore", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)


class Source(Record):
    """The outlet that published an article."""

    id: Short = ""
    name: Short = ""
    country: Short | None = None
    domain: Short | None = None


class Article(Record):
    """A news article as it is published to the topic `articles`; `admit` makes one from untrusted data."""

    id: str = ""
    url: str | None = None
    canonical_url: str | None = None
    title: str = ""
    text: str
    language: Short | None = None
    authors: list[Short] = []
    source: Source = Source()
    published_at: Moment | None = None
    published_offset: Annotated[int, Field(ge=-1440, le=1440)] | None = None  # minutes east of UTC
    published_from: PublishedFrom = "none"
    modified_at: Moment | None = None
    first_seen_at: Moment | None = None
    fetched_at: Moment | None = None
    section: Short | None = None
    image_url: str | None = None
    rights: Short | None = None
    credit: Short | None = None  # whose text it is where the feed or page credits another: an agency, an outlet
    reservation: Short | None = None  # that the publisher reserves text mining (TDMRep, RSL), and where it says so
    completeness: Completeness = "full"
    metadata_from: dict[str, Short] = {}  # field → where a page said it: jsonld, meta, time, url, page, feed
    notes: list[str] = []


class Span(Record):
    """A stretch of the title or the text: `article.text[start:end] == surface`, offsets in code points."""

    field: FieldName = "text"
    start: int
    end: int
    surface: str


class Entity(Record):
    """One person, organisation, place, people, facility, event or product of an article.

    `name` is the fullest form that the article uses; `known_as` is the name under which all articles are counted of a
    person or organisation that geowire knows by several.
    """

    id: str
    name: str
    known_as: str | None = None
    type: EntityType
    role: str | None = None
    country: str | None = None
    aliases: list[str] = []
    mentions: list[Span]
    method: str
    confidence: float


class Candidate(Record):
    """A place that a name may mean, where geowire does not decide."""

    name: str
    lat: float
    lon: float
    country: str | None = None
    admin1: str | None = None
    geonames_id: int | None = None


class Place(Record):
    """A place that an article names; pinned on the map only where it is clear which place is meant."""

    name: str
    lat: float | None = None
    lon: float | None = None
    country: str | None = None
    admin1: str | None = None
    geonames_id: int | None = None
    feature_class: str | None = None
    feature_code: str | None = None
    is_focus: bool = False
    pinned: bool = False
    candidates: list[Candidate] = []
    mentions: list[Span]
    method: str
    reason: str
    confidence: float


class CountryWeight(Record):
    """A country that an article is about or names, with its share of all such mentions (0 to 1)."""

    code: str
    weight: float
    why: list[Why]
    is_focus: bool = False


class Quote(Record):
    """What somebody is quoted to have said: the content's stretch and text, the speaker, and the words that say so."""

    field: FieldName = "text"
    start: int
    end: int
    text: str
    kind: QuoteKind
    speaker: str | None = None
    speaker_id: str | None = None  # an entity's id
    source: Span | None = None  # the words that name the speaker here: "Sherman", "she", "the minister"
    cue: str | None = None  # the verb or phrase as written
    stance: Stance = "said"
    method: str
    confidence: float


class DateRange(Record):
    """Days from `first` to `last`, both included; in JSON they are called `from` and `to`."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class DateMention(Span, DateRange):
    """A date that the text names, resolved; a relative one against the day of publication."""

    precision: Literal["day", "week", "month", "season", "quarter", "half", "year", "decade", "range"]
    method: str
    confidence: float


class Figure(Span):
    """A number that the text gives, and what it counts."""

    value: float
    kind: FigureKind
    unit: str | None = None
    currency: str | None = None  # ISO 4217
    counted: str | None = None  # "military assistance", "people"
    qualifier: Literal["at least", "up to", "about", "more than", "less than", "nearly"] | None = None
    method: str
    confidence: float


class Party(Record):
    """Who acts, or whom an action is aimed at, with the stretch that names them."""

    id: str  # an entity's id
    name: str
    country: str | None = None
    field: FieldName = "text"
    start: int
    end: int


class Stretch(Record):
    """A stretch of the title or the text, offsets in code points."""

    field: FieldName = "text"
    start: int
    end: int


class Event(Record):
    """Who did what to whom, coded by PLOVER, with the words and the sentence that say so."""

    type: EventType
    actor: Party | None = None
    target: Party | None = None
    place: str | None = None  # the name of one of the article's places
    date: DateRange | None = None
    status: EventStatus
    trigger: Span
    sentence: Stretch
    method: str
    confidence: float
    reason: str


class Topic(Record):
    """A topic of IPTC Media Topics: id (`medtop:16000000`) and name."""

    id: str
    name: str
    confidence: float


class EnrichedArticle(Article):
    """An article with its facts, as it stands in `articles.enriched` and in the index."""

    enrichment: str
    language_confidence: float | None = None  # 0 to 1; None where the article's own word is taken
    entities: list[Entity] = []
    places: list[Place] = []
    countries: list[CountryWeight] = []
    quotes: list[Quote] = []
    events: list[Event] = []
    dates: list[DateMention] = []
    figures: list[Figure] = []
    topics: list[Topic] = []
    keywords: list[str] = []
    tone: float | None = None  # -1 to 1
    # Lineage (index/lineage.py). An article without near-duplicates is a cluster, and an origin, by itself.
    cluster: str | None = None  # the id of what its group of near-duplicates comes from; None: not looked at yet
    duplicate_of: str | None = None  # the article that it repeats
    origin: str | None = None  # the article that had the report first; None: to be looked at, or looked at again
    origins: int = 1  # independent publishers of the report
    copied: bool = False  # whether its cluster has other members


def admit(data: object, *, now: datetime, pushed: bool = False) -> Article:
    """Make a complete `Article` from untrusted data, or refuse it.

    Fills in id, canonical URL and times; drops dates that are 0, more than 24 h ahead or before 1600, and a canonical
    URL of another site, with a note; caps `fetched_at` at now.

    Args:
        data: a decoded JSON value; only `text` is required.
        now: the time of arrival, UTC; a message's own timestamp where it is read again, so that a second
            delivery gives the same article.
        pushed: whether a date given without its origin counts as pushed by the caller.

    Raises:
        Rejected: with the reason, for anything but an object with a usable text.
    """
    if not isinstance(data, Mapping):
        raise Rejected("not a JSON object")
    empty = [name for name in MOMENTS if data.get(name) in ZEROS]  # as 1970 in a feed: nobody filled it in
    article = _validated({**data, **dict.fromkeys(empty)} if empty else data)
    _check(article)
    told = "published_offset" in data  # by our own door: its published_at is in UTC by now
    offset = article.published_offset if told else _zone_minutes(data.get("published_at"))
    canonical, notes = _canonical(article)
    notes += [f"{name} {data[name]} is an empty field, and was dropped" for name in empty if data[name] != ""]
    update: dict[str, Any] = {
        "id": article.id or article_id(canonical, article.title, article.text),
        "url": without_user(article.url) if article.url else article.url,
        "canonical_url": canonical,
        "fetched_at": min(article.fetched_at or now, now),
        "published_offset": offset,
        "source": _source(article.source, canonical),
    }
    update["first_seen_at"] = min(article.first_seen_at or update["fetched_at"], now)
    origins = {name: place for name, place in article.metadata_from.items() if name != "published_at"}
    undated = {"published_from": "none", "published_offset": None, "metadata_from": origins}
    if article.published_at is None:
        update |= undated
    elif odd := _odd("published_at", article.published_at, now):
        notes.append(odd)
        update |= undated | {"published_at": None}
    elif article.published_from == "none" and pushed:
        update["published_from"] = "push"
    if article.modified_at is not None and (odd := _odd("modified_at", article.modified_at, now)):
        notes.append(odd)
        update["modified_at"] = None
    return article.model_copy(update=update | {"notes": [*article.notes, *notes]})


def _canonical(article: Article) -> tuple[str | None, list[str]]:
    """The canonical URL, of which the id is a hash, and what is to be noted of the one that the article claims.

    A given id needs no hash: such an article, as every one that is read again, keeps what it says.
    """
    claimed, own = canonical_url(article.canonical_url), canonical_url(article.url)
    notes: list[str] = []
    if article.id:
        claimed = article.canonical_url
    elif claimed and own and not names_page(claimed, own):
        notes = [f"canonical_url {claimed[:200]} is of another site, or its home page, and was dropped"]
        claimed = None
    canonical = claimed or own
    if len(canonical or "") > MAX_URL:
        raise Rejected(f"canonical_url too long: the limit is {MAX_URL:,} characters")
    return canonical, notes


def _odd(name: str, moment: datetime, now: datetime) -> str | None:
    """The note on a date that can't be one of news, None of any other."""
    if FIRST_NEWS <= moment <= now + FUTURE:
        return None
    fault = "is more than 24 h ahead" if moment > now else "is older than the first newspaper"
    return f"{name} {moment.isoformat()} {fault} and was dropped"


def _validated(data: Mapping[Any, Any]) -> Article:
    try:
        return Article.model_validate(data)
    except ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "article"
        if where in MOMENTS:
            fault["msg"] = f"{str(data[where])[:80]!r} is no date that can be read; ISO 8601 is, 2026-11-20T15:07:00Z"
        raise Rejected(f"{where}: {fault['msg']}") from None
    except (RecursionError, OverflowError) as exc:
        raise Rejected(f"not a usable article: {exc}") from None


def _check(article: Article) -> None:
    """Refuse what no stage could work with; every limit has its reason in DESIGN.md, Decisions."""
    if not article.text.strip():
        raise Rejected("no text")
    if len(article.text) > MAX_TEXT:
        raise Rejected(f"text too long: {len(article.text):,} characters, the limit is {MAX_TEXT:,}")
    if len(article.title) > MAX_TITLE:
        raise Rejected(f"title too long: {len(article.title):,} characters, the limit is {MAX_TITLE:,}")
    if len(article.url or "") > MAX_URL:
        raise Rejected(f"url too long: the limit is {MAX_URL:,} characters")
    if _SCRIPT.match(article.url or ""):
        raise Rejected("url: an address that a browser would run; http or https is needed")
    if article.id and not ID.fullmatch(article.id):
        raise Rejected("id: 1 to 200 printable ASCII characters without blanks are needed")
    try:
        dumped = article.model_dump_json()
    except ValueError:
        raise Rejected("a lone surrogate: not valid Unicode text") from None
    if _NUL.search(dumped):
        raise Rejected("a NUL character: binary data, not text")


def _zone_minutes(raw: object) -> int | None:
    """Minutes east of UTC that a timestamp was written with, or None where it names no zone."""
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(raw)
        except ValueError:
            return None
    if not isinstance(raw, datetime) or raw.utcoffset() is None:
        return None
    return int(raw.utcoffset().total_seconds() // 60)  # type: ignore[union-attr]  # checked the line before


def _source(source: Source, canonical: str | None) -> Source:
    """The source, with its domain from the URL and an id where none was given."""
    domain = source.domain or domain_of(canonical)
    name = source.name or source.id or domain or ""
    return source.model_copy(update={"domain": domain, "name": name, "id": source.id or domain or name})
