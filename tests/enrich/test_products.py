"""Weapons, vehicles and other products by their names."""

import pytest

from pipeline.enrich.products import SURE, product_named, products
from tests.enrich.conftest import shipped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norland sent two F-16s, a T-72 and 30 Leopard 2 tanks.", ["F-16s", "T-72", "Leopard 2"]),
        ("Patriot air defence systems and Javelin anti-tank missiles arrived.", ["Patriot", "Javelin"]),
        ("The Patriot Act was renewed, and a Tornado warning stands for Tuesday; a Javelin landed.", []),
        (
            "It moved an S-400 battery beside the Iron Dome launchers, and F/A-18 jets.",
            ["S-400", "Iron Dome", "F/A-18"],
        ),
        ("MQ-9 Reaper drones flew; the Reaper sleeps, and XF-16 is none, nor F-160.", ["MQ-9 Reaper"]),
        ("David's Sling, SAMP/T and IRIS-T", ["David's Sling", "SAMP/T", "IRIS-T"]),
        ("Patriot-type air defence systems and a Javelin anti-tank-missile; no F-16_x.jpg.", ["Patriot", "Javelin"]),
        ("Javelin " + "-" * 5_000 + " Patriot" + "-a" * 5_000, []),  # rules between paragraphs cost no time
        ("", []),
    ],
)
def test_names_that_are_words_need_their_noun(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end, _ in products(text)] == expected


def test_a_product_stands_against_the_encoder_but_not_inside_a_longer_name() -> None:
    doc = shipped()("Ruth Mwangi of Javelin Industries said that Norway bought Javelin missiles and F-16s.")
    found = {(ent.text, ent.label_): ent._.confidence for ent in doc.ents}
    assert found["F-16s", "PRODUCT"] == SURE["alone"]
    assert found["Javelin", "PRODUCT"] == SURE["before"]
    assert any(label == "ORG" and "Javelin" in name for name, label in found)


def test_a_plural_is_the_same_product() -> None:
    assert product_named("F-16s") == product_named("F-16") == "F-16"
    assert product_named("Ruth") is None
