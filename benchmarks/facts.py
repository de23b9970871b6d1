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
    """Time the parse alone and the whole, article by article, for a machine's speed changes; a first round warms up."""
    nlp = load("accurate")
    items = [each.item for each in read_paths([str(SEEDS)], Door())]
    articles = [item for item in items if isinstance(item, Article) and detect(item)[0] == "en"]
    for article in articles[:10]:
        enrich(article, nlp)
    parse = whole = 0.0
    for article in articles:
        start = time.process_time()
        read(nlp, article)
        middle = time.process_time()
        enrich(article, nlp)
        parse, whole = parse + middle - start, whole + time.process_time() - middle
    words = sum(len(article.text.split()) for article in articles)
    print(f"{len(articles)} articles, {words:,} words: parse {parse:.1f} s, facts {whole - parse:.1f} s")
    print(f"facts cost {(whole - parse) / parse:.2f} of the parse (at most 1)")


if __name__ == "__main__":
    main()
