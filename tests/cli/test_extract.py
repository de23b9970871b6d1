"""`geowire extract`: one result for each input, in its order, offsets into the caller's own text."""

import json

import pytest

from pipeline.article import EnrichedArticle
from tests.e2e.site import Site

pytestmark = pytest.mark.slow

TEXT = (
    "A ferry line  opened in Mombasa, Kenya,\n on Tuesday. “Good,” said harbour master Wanjiru Achebo-Lind. "
    "\U0001f6a2 Mombasa waits."
)
LINES = [
    {"id": "one", "title": "Ferry", "text": TEXT},
    {"id": "two", "text": " "},
    {"id": "three", "text": "Kurz und gut: das Schiff fährt wieder nach Hamburg und zurück."},
]


def test_facts_in_the_order_of_the_input(site: Site) -> None:
    done = site.run("extract", stdin="\n".join(json.dumps(line) for line in LINES).encode())
    assert done.returncode == 1, done.stderr
    one, two, three = (json.loads(line) for line in done.stdout.splitlines())
    assert (two["id"], two["outcome"]) == ("two", "rejected")
    assert (three["language"], three["entities"], three["places"]) == ("de", [], [])
    assert one["text"] == TEXT
    article = EnrichedArticle.model_validate(one)
    fields = {"text": TEXT, "title": "Ferry"}
    mentions = [span for entity in article.entities for span in entity.mentions]
    mentions += [span for place in article.places for span in place.mentions]
    assert len(mentions) >= 4
    assert all(fields[span.field][span.start : span.end] == span.surface for span in mentions)
    mombasa = next(place for place in article.places if place.name == "Mombasa")
    assert (mombasa.country, mombasa.pinned, round(mombasa.lat or 0)) == ("KE", True, -4)
    assert "KE" in {country.code for country in article.countries}
    assert "Wanjiru Achebo-Lind" in {entity.name for entity in article.entities}


def test_explained_for_people(site: Site) -> None:
    done = site.run("extract", "--explain", "-", stdin=b"Ferry\nA ferry line opened in Mombasa, Kenya, on Tuesday.")
    assert done.returncode == 0
    shown = done.stdout.decode()
    assert "Mombasa (KE)" in shown
    assert "A ferry line opened in Mombasa, Kenya, on Tuesday." in shown
    assert not (site.settings.data).exists()


def test_an_unknown_model_says_what_to_do(site: Site) -> None:
    site.env["GEOWIRE_NLP_MODEL"] = "en_no_such_model"
    done = site.run("extract", stdin=b"Some text.")
    assert done.returncode == 4
    assert b"spacy download en_no_such_model" in done.stderr
    assert b"Traceback" not in done.stderr
