"""The records of an article: what is published, and what enrichment adds.

One canonical record per topic, JSON on the wire. admission.py is the only door to them.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


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
