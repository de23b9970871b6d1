"""The scoring itself, and the gold set against its floors."""

from pathlib import Path

import pytest

from pipeline.enrich.facts import enrich
from pipeline.errors import Misconfigured
from pipeline.evaluation import floors, gold
from pipeline.evaluation.plover import _unmarked
from pipeline.evaluation.scores import Score, Tally, macro_f1
from tests.enrich.conftest import read, shipped

GOLD = Path(__file__).parents[1] / "gold"


def test_gold_does_not_fall_below_its_floors() -> None:
    pairs = [(each, enrich(each.article, shipped())) for each in gold.load(GOLD)]
    assert floors.below(gold.score(pairs), floors.read(GOLD / "floors.toml")) == []


def test_gold_is_large_enough_and_has_traps() -> None:
    articles = gold.load(GOLD)
    assert len(articles) >= 60
    assert sum(each.size() for each in articles) >= 600
    assert sum(len(each.traps) for each in articles) * 3 >= sum(each.size() for each in articles)


def test_every_trap_stands_in_its_article() -> None:
    for each in gold.load(GOLD):
        for trap in each.traps:
            assert trap["surface"] in each.article.title + each.article.text, each.path.name
            assert trap["kind"] in gold.KINDS


def test_a_sprung_trap_is_seen() -> None:
    article = read("The harbour of Mombasa, Kenya, reopened.")
    assert gold.sprung({"kind": "places", "surface": "Mombasa"}, article)
    assert not gold.sprung({"kind": "places", "surface": "harbour"}, article)
    assert not gold.sprung({"kind": "events", "surface": "reopened"}, article)


def test_rates() -> None:
    tally = Tally()
    tally.add(right=3, found=4, gold=6)
    assert (tally.precision, tally.recall, tally.f1) == (0.75, 0.5, 0.6)
    assert macro_f1([("A", "A"), ("A", None), ("B", "A")]) == pytest.approx(0.25)


def test_marks_give_spans() -> None:
    text, spans = _unmarked("<s>France</s> met <t>Mali</t>.")
    assert (text, spans) == ("France met Mali.", {"s": [(0, 6)], "t": [(11, 15)]})


def test_floors_rise_and_are_lowered_only_by_asking(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    assert floors.write(path, [Score("gold", "dates: F1", 0.8764, 10)], lower=False) == []
    assert floors.read(path) == {"dates: F1": 0.876}
    worse = [Score("gold", "dates: F1", 0.5, 10)]
    assert floors.below(worse, floors.read(path)) == ["dates: F1 is 0.500, its floor is 0.876"]
    assert "kept" in floors.write(path, worse, lower=False)[0]
    assert floors.read(path) == {"dates: F1": 0.876}
    assert "lowered" in floors.write(path, worse, lower=True)[0]
    assert floors.read(path) == {"dates: F1": 0.5}


def test_a_folder_without_gold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no gold articles"):
        gold.load(tmp_path)
