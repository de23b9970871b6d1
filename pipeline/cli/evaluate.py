"""`geowire eval`: how good the facts are, in figures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import AsJson
from pipeline.errors import GeowireError, Misconfigured

if TYPE_CHECKING:
    from pipeline.evaluation.gold import Gold
    from pipeline.evaluation.scores import Score
    from pipeline.evaluation.sets import Read

GOLD = Path(__file__).parent.parent.parent / "tests" / "gold"


def evaluate(
    sets: Annotated[
        Path | None, typer.Option("--sets", help="A folder with the sets of others, to measure too.")
    ] = None,
    gold: Annotated[
        Path, typer.Option("--gold", help="The annotated articles; those of the checkout by default.")
    ] = GOLD,
    update: Annotated[bool, typer.Option("--update", help="Raise the floors to the scores.")] = False,
    lower: Annotated[bool, typer.Option("--lower", help="With --update: lower floors too.")] = False,
    faults: Annotated[bool, typer.Option("--faults", help="A line for each fact that is missing or wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """Score the facts on the articles annotated for this project, and on sets of others; fails below a floor."""
    from pipeline.evaluation import floors

    if lower and not update:
        raise Misconfigured("--lower goes with --update")
    if sets is not None and not sets.is_dir():
        raise Misconfigured(f"--sets {sets}: no such folder")
    scores = _scores(configuration.load(), gold, sets, faults=faults)
    own = [score for score in scores if score.set == "gold"]
    if update:
        for sentence in floors.write(gold / "floors.toml", own, lower=lower):
            output.note(sentence)
    _print(scores, floors.read(gold / "floors.toml"), as_json=as_json)
    if fallen := floors.below(own, floors.read(gold / "floors.toml")):
        raise GeowireError("; ".join(fallen))


def _scores(settings: configuration.Settings, gold: Path, sets: Path | None, *, faults: bool) -> "list[Score]":
    from pipeline.enrich.facts import enrich
    from pipeline.enrich.nlp import load
    from pipeline.evaluation.gold import load as load_gold
    from pipeline.evaluation.sets import measure

    articles = load_gold(gold)
    nlp = load(settings.nlp_model)
    scores: list[Score] = []
    with output.progress("reading") as advance:
        scores += _on_gold(articles, lambda article: enrich(article, nlp), faults=faults)
        advance(len(articles))
        if sets is not None:
            for found in measure(sets, lambda article: enrich(article, nlp), advance):
                scores += found
    return scores


def _on_gold(articles: "list[Gold]", read: "Read", *, faults: bool) -> "list[Score]":
    from pipeline.evaluation import gold

    pairs = [(each, read(each.article)) for each in articles]
    if faults:
        for line in gold.faults(pairs):
            output.note(line)
    return gold.score(pairs)


def _print(scores: "list[Score]", floors: dict[str, float], *, as_json: bool) -> None:
    if as_json:
        output.data(
            [vars(score) | {"floor": floors.get(score.name) if score.set == "gold" else None} for score in scores]
        )
        return
    rows = []
    for score in scores:
        floor = floors.get(score.name) if score.set == "gold" else None
        reach = f"{floor:.3f}" if floor is not None else "" if score.target is None else f"{score.target:.2f} (target)"
        rows.append([score.set, score.name, f"{score.value:.3f}", reach, str(score.of)])
    output.table(("set", "score", "value", "floor", "of"), rows)
