"""The model card's tables are those of the models that ship."""

from training import card


def test_the_tables_are_of_the_shipped_models() -> None:
    page = card.PAGE.read_text(encoding="utf-8")
    assert card.renewed(page, card.performances(card.SHIPPED)) == page, "run: python -m training.card"
    for size in card.SIZES:
        assert card.performances(card.SHIPPED)[size]["worldwide_dev"]["all"] > 0.7


def test_only_the_tables_are_written_anew() -> None:
    measured = card.performances(card.SHIPPED)
    made = card.renewed(f"before\n{card.BEGIN}old\n{card.END}after\n", measured)
    assert made.startswith("before\n<!-- scores -->\nEntities")
    assert made.endswith("<!-- end of scores -->\nafter\n")
    assert "| `accurate` | ." in made
