"""What the facts cost beside the parse: `python -m benchmarks.facts` reads the sample news and prints both times.

All facts together may take at most as much time again as spaCy's parse of the same text.
"""

import time
from pathlib import Path

from pipeline.article import Article
from pipeline.enrich.facts import enrich
from pipeline.enrich.language import detect
from pipeline.enrich.nlp import load, read
from pipeline.sources.door import Door
from pipeline.sources.files import read_paths

SEEDS = Path(__file__).parents[1] / "seeds"


def main() -> None:
    """Time the parse alone and the whole, each over the same articles after a first round to warm up."""
    nlp = load("accurate")
    items = [each.item for each in read_paths([str(SEEDS)], Door())]
    articles = [item for item in items if isinstance(item, Article) and detect(item)[0] == "en"]
    for article in articles[:10]:
        enrich(article, nlp)
    start = time.perf_counter()
    for article in articles:
        read(nlp, article)
    parse = time.perf_counter() - start
    start = time.perf_counter()
    for article in articles:
        enrich(article, nlp)
    whole = time.perf_counter() - start
    words = sum(len(article.text.split()) for article in articles)
    print(f"{len(articles)} articles, {words:,} words: parse {parse:.1f} s, facts {whole - parse:.1f} s")
    print(f"facts cost {(whole - parse) / parse:.2f} of the parse (at most 1)")


if __name__ == "__main__":
    main()
