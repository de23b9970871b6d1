"""How the facts of an article are shown to people."""

import pytest

from pipeline.article import EnrichedArticle, Place, Span
from pipeline.cli.explain import explain_facts, explained

TEXT = "Rain fell. Mr. Oduor and Dr. Achebo-Lind left Mombasa on the U.S. ship.\nNobody else left."


def placed(text: str) -> EnrichedArticle:
    """An article with one fact, that it names Mombasa."""
    start = text.index("Mombasa")
    mention = Span(field="text", start=start, end=start + len("Mombasa"), surface="Mombasa")
    place = Place(
        name="Mombasa", is_focus=False, pinned=False, mentions=[mention], reason="a test", method="m", confidence=1
    )
    return EnrichedArticle(id="a", text=text, enrichment="1", places=[place])


def test_a_fact_stands_in_its_whole_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    article = placed(TEXT)
    explain_facts(article)
    assert "“Mr. Oduor and Dr. Achebo-Lind left Mombasa on the U.S. ship.”" in capsys.readouterr().out
    (fact,) = explained(article)["facts"]
    assert TEXT[fact["start"] : fact["end"]] == fact["surface"] == "Mombasa"
    assert fact["sentence"] == "Mr. Oduor and Dr. Achebo-Lind left Mombasa on the U.S. ship."
    assert (fact["kind"], fact["name"], fact["why"]) == ("place", "Mombasa", "not pinned; a test")


def test_of_a_sentence_without_an_end_a_part_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    explain_facts(placed(f"{'rain ' * 100}Mombasa{' wind' * 100}"))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "“" in line]
    assert line.strip().startswith("“… ")
    assert line.endswith(" …”")
    assert len(line) < 400
