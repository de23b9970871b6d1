"""Focus countries on Reuters-21578: PLACES of 2,000 articles drawn with seed 1, from title, dateline and body."""

import gzip
import html
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.article import Article, EnrichedArticle
from pipeline.countries import code_of
from pipeline.evaluation.scores import Score, Tally, rates

SAMPLE, SEED = 2_000, 1
ABBREVIATED = {"usa": "US", "uk": "GB", "ussr": "RU", "uae": "AE", "west-germany": "DE", "east-germany": "DE"}
_ARTICLE = re.compile(r"<REUTERS.*?</REUTERS>", re.DOTALL)


def documents(folder: Path) -> Iterator[tuple[Article, set[str]]]:
    """Articles with a body and the ISO codes of their PLACES."""
    with gzip.open(folder / "reuters21578.sgm.gz", "rt", encoding="latin-1") as file:
        found = [each for each in _ARTICLE.findall(file.read()) if "<BODY>" in each and "<PLACES><D>" in each]
    for text in random.Random(SEED).sample(found, min(SAMPLE, len(found))):
        places = re.findall(r"<D>(.*?)</D>", (_within(text, "PLACES") or ""))
        codes = {code for place in places if (code := ABBREVIATED.get(place) or code_of(place.replace("-", " ")))}
        body = f"{_within(text, 'DATELINE') or ''} {_within(text, 'BODY') or ''}"
        yield (
            Article(title=html.unescape(_within(text, "TITLE") or ""), text=html.unescape(body).strip(), language="en"),
            codes,
        )


def _within(text: str, tag: str) -> str | None:
    match = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return match[1] if match else None


def score(results: Sequence[tuple[EnrichedArticle, set[str]]]) -> list[Score]:
    """Micro precision, recall and F1 of the focus countries."""
    tally = Tally()
    for article, codes in results:
        ours = {country.code for country in article.countries if country.is_focus}
        tally.add(len(ours & codes), len(ours), len(codes))
    return rates("reuters21578", "focus countries", tally)
