"""Names in bylines, in the forms that outlets write; all persons and outlets are invented."""

import time

import pytest
from lxml import html as lxml_html

from pipeline.sources.bylines import authors
from pipeline.sources.html import read_page
from pipeline.sources.metadata import Page
from pipeline.sources.names import as_names, line_of, names_in
from pipeline.sources.people import looks_like_a_name
from tests.sources.test_dateline import read
from tests.sources.test_pages import BODY, jsonld, page

QUILL = ["Nora Quill"]
BOTH = ["Nora Quill", "Ben Trask"]


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Nora Quill, Political Editor", QUILL),
        ("Nora Quill, Nairobi correspondent", QUILL),
        ("By Nora Quill, Senior Correspondent", QUILL),
        ("Political Editor, Nora Quill", QUILL),
        ("Nora Quill, BBC News", QUILL),
        ("Nora Quill, University of Ellery", QUILL),
        ("Nora Quill, PhD", QUILL),
        ("Nora Quill, M.D., and Ben Trask, Ph.D.", BOTH),
        ("Nora Quill, Jr.", ["Nora Quill Jr."]),
        ("Ben Trask Jr., Nora Quill", ["Ben Trask Jr.", "Nora Quill"]),
        ("Quill, Nora", QUILL),
        ("Quill, Nora; Trask, Ben", BOTH),
        ("Updated by Nora Quill", QUILL),
        ("Aktualisiert von Nora Quill", QUILL),
        ("Nora Quill for The Tide", QUILL),
        ("Nora Quill in Nairobi and Ben Trask in Porto", BOTH),
        ("Nora Quill à Porto", QUILL),
        ("Words, von Nora Quill", ["Words", "Nora Quill"]),
        ("Nora Quill - Harbour reporter", QUILL),
        ("Nora Quill – Redakteurin", QUILL),
        ("Por Nora Quill y Ben Trask, corresponsal", BOTH),
        ("Nora Quill, Ben Trask, and Ivo Pell", [*BOTH, "Ivo Pell"]),
        ("nora.quill@tide.example (Nora Quill)", QUILL),
        ("Nora Quill nora.quill@tide.example", QUILL),
        ("Nora Quill <nora.quill@tide.example>, Ben Trask", BOTH),
        ("By Nora Quill @noraquill", QUILL),
        ("nora.quill@tide.example", []),
        ("Nora Quill, Associated Press", ["Nora Quill", "Associated Press"]),  # whose text it is
        ("Reuters, Quill", ["Reuters", "Quill"]),
        ("AP, AFP", ["AP", "AFP"]),
        ("Nora Quill-Andersen", ["Nora Quill-Andersen"]),
        ("Nora in 't Veld", ["Nora in 't Veld"]),
        ("By Nora Quill for the Daily Tide and Ben Trask for Lagoon", BOTH),
        ("van der Quill, Nora; Trask, Ben", ["Nora van der Quill", "Ben Trask"]),
        ("Quill, Nora, Trask, Ben", ["Quill, Nora, Trask, Ben"]),  # or four with names of one word
        ("Nora Trask y Quill", ["Nora Trask y Quill"]),
        ("Nora Quill y Ben Trask", BOTH),
        ("Salt & Harbour", ["Salt & Harbour"]),
        ("Nora Quill/Ben Trask", BOTH),
        ("https://tide.example/authors/nora", ["https://tide.example/authors/nora"]),
        ("By Nora Quill, with additional reporting by Ben Trask", BOTH),
        ("Analysis by Nora Quill", QUILL),
        ("Foto: Ben Trask", []),
        ("Nora Quill, Foto: Ben Trask", QUILL),
        ("By Nora Quill; photos by Ben Trask", QUILL),
        ("Reporting by Nora Quill; Editing by Ben Trask", QUILL),
        ("Photo Nora Quill", ["Photo Nora Quill"]),
        ("Nora Quill, MP", QUILL),
        ("Nora Quill und dpa", ["Nora Quill", "dpa"]),
        ("Hélène Dupré avec AFP", ["Hélène Dupré", "AFP"]),
        ("Hélène Dupré, avec l'AFP", ["Hélène Dupré", "AFP"]),
        ("Nora Quill mit dpa", ["Nora Quill", "dpa"]),
        ("Nora Quill (mit Material von dpa)", ["Nora Quill", "dpa"]),
        ("Nora Quill with AP and Reuters", ["Nora Quill", "AP", "Reuters"]),
        ("By Nora Quill with Ben Trask in Porto", BOTH),
        ("Nora Quill/dpa", ["Nora Quill", "dpa"]),
        ("Нора Квилл и ТАСС", ["Нора Квилл", "ТАСС"]),
        ("Nora Quill e Ben Trask", BOTH),
        ("Max Con Trask", ["Max Con Trask"]),
        ("Nora Quill With The Wind", ["Nora Quill With The Wind"]),
        ("By Nora Quill Published 20 November 2026", QUILL),
        ("Nora Quill | Updated 3:07 PM", QUILL),
        ("Nora Quill | Updated", QUILL),
        ("By Nora Quill, November 20, 2026 at 3:07 pm EST", QUILL),
        ("20.11.2026, 15:07 Uhr Nora Quill", QUILL),
        ("Von Nora Quill, zuletzt aktualisiert am 20.11.2026", QUILL),
        ("Par Nora Quill Publié hier à 15h07", QUILL),
        ("Nora Quill Last updated 20 minutes ago, Ben Trask", BOTH),
        ("Nora Quill, hace 3 horas", QUILL),
        ("Нора Квилл 20 ноября 2026, 15:07", ["Нора Квилл"]),
        ("By Nora Quill, Fri, Nov 20, 2026", QUILL),
        ("Wei Sun November 20, 2026", ["Wei Sun"]),
        ("Nora May, May 20", ["Nora May"]),
        ("Miles Standish 20 Nov 2026", ["Miles Standish"]),
        ("The Tide Today", ["The Tide Today"]),
        ("Canal 24", ["Canal 24"]),
        ("20 Minuten", ["20 Minuten"]),
        ("Page Editor Nora Quill", QUILL),
        ("Nora Quill Sports Reporter", QUILL),
        ("Senior Correspondent Nora Quill and Ben Trask", BOTH),
        ("NORA QUILL STAFF WRITER", ["NORA QUILL"]),
        ("Von unserer Korrespondentin Nora Quill", QUILL),
        ("De notre envoyée spéciale Nora Quill", QUILL),
        ("Marco Di Bello giornalista", ["Marco Di Bello"]),
        ("Корреспондент Нора Квилл", ["Нора Квилл"]),
        ("Maaike van der Linde Reporter", ["Maaike van der Linde"]),
        ("Nora Quill Arts & Culture Editor", QUILL),
        ("Nora Quill | Political Editor", QUILL),
        ("Tide staff reporter", ["Tide staff reporter"]),
        ("Sports Editor King", ["King"]),
        ("Editor King", ["Editor King"]),
        ("Ruth Reporter", ["Ruth Reporter"]),
        ("Jonas Page Editor", ["Jonas Page Editor"]),  # of pages, or by the name of Page
        ("Nora Quill Harbour Reporter", ["Nora Quill Harbour Reporter"]),
        ("The Sunday Reporter", ["The Sunday Reporter"]),
        ("Our Staff Reporter", ["Our Staff Reporter"]),
        ("Stephen King, Ruth Baker", ["Stephen King", "Ruth Baker"]),
        ("Dr. Nora Quill MdB", ["Dr. Nora Quill"]),
        ("Nora Quill PhD, OBE", QUILL),
        ("Md Rahim Uddin", ["Md Rahim Uddin"]),
        ("Author: Nora Quill", QUILL),
        ("Von Trapp", ["Von Trapp"]),
        ("Oleh Petrenko", ["Oleh Petrenko"]),
        ("Oleh Nora Quill", QUILL),
        ("Von Nora Trapp", ["Nora Trapp"]),
        ("بقلم نورا كويل", ["نورا كويل"]),
        ("牛镛", ["牛镛"]),
        ("", []),
        (" , ", []),
        ("By", ["By"]),
        ("By Nora Quill, Dan Trask and Ben Ode", ["Nora Quill", "Dan Trask", "Ben Ode"]),
        ("Nora Quill, John E Trask, Maria Y Ode", ["Nora Quill", "John E Trask", "Maria Y Ode"]),
        ("Mary Ann E Trask Quill", ["Mary Ann E Trask Quill"]),
        ("Oleh Nora Quill dan Ben Ode", ["Nora Quill", "Ben Ode"]),
    ],
)
def test_the_names_of_a_byline(byline: str, names: list[str]) -> None:
    assert names_in(byline) == names


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div><span>Nora Quill</span><span>Ben Trask</span></div>", "Nora Quill, Ben Trask"),
        ("<div>Nora Quill<br>Political Editor</div>", "Nora Quill, Political Editor"),
        ("<div>By <a>Nora Quill</a> and <a>Ben Trask</a></div>", "By Nora Quill and Ben Trask"),
        ("<div><b>N</b>ora <!-- x -->Quill</div>", "Nora Quill"),
        ("<div>\n <p>Nora Quill</p>\n <p>The Tide</p> </div>", "Nora Quill, The Tide"),
        ("<div></div>", ""),
    ],
)
def test_the_words_of_an_element(markup: str, text: str) -> None:
    assert " ".join(line_of(lxml_html.fragment_fromstring(markup)).split()).replace(" ,", ",") == text


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("By Nora Quill and Ben Trask", BOTH),
        ("Nora Quill, Political Editor", QUILL),
        ("Trade and Industry Desk", ["Trade and Industry Desk"]),
        ("Ministry of Ports, Ellery", ["Ministry of Ports, Ellery"]),
        ("The Tide", ["The Tide"]),
        ("nq", ["nq"]),
        ("Nora Quill and AFP", ["Nora Quill", "AFP"]),
        ("Nora Quill with agencies", QUILL),
        (" ", []),
        ("By Wirawan", ["Wirawan"]),
        ("Di Stefano", ["Di Stefano"]),
    ],
)
def test_a_name_of_a_feed_stays_as_it_is_unless_all_of_it_is_people(name: str, names: list[str]) -> None:
    assert as_names(name) == names


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("María José de la Cruz", True),
        ("Ngũgĩ wa Thiong'o", True),
        ("Ahmed bin Salman al-Rashid", True),
        ("Dr. Maaike van 't Hof", True),
        ("Jean-Luc d'Arcy", True),
        ("MAAIKE VAN DER LINDE", True),
        ("J. R. Quill", True),
        ("नोरा क्विल", True),
        ("عبد الرحمن محمد الراشد", True),
        ("Read on", False),
        ("nora quill", False),
        ("Nora", False),
        ("Ing Trask", True),
        ("Ing. Trask", False),
        ("Mag. Nora Quill", True),
    ],
)
def test_what_looks_like_a_name(name: str, *, is_one: bool) -> None:
    assert looks_like_a_name(name) is is_one


def test_names_of_data_and_of_bylines() -> None:
    assert read_page(page(jsonld(author="Nora Quill and agencies")))["authors"] == QUILL
    head = jsonld(author={"@type": "Person", "name": "Nora Quill, Political Editor"})
    assert read_page(page(head))["authors"] == QUILL
    head = '<meta name="author" content="Updated by Nora Quill">'
    assert read_page(page(head, BODY))["authors"] == QUILL
    for nobody in ("Staff Writer", "By Our Special Correspondent"):
        assert "authors" not in read_page(page(jsonld(author={"name": nobody})))
    assert read('<div class="byline"><span>Nora Quill</span><span>Ben Trask</span></div>')["authors"] == BOTH
    assert read('<div class="byline">By Nora Quill with AFP</div>')["authors"] == ["Nora Quill", "AFP"]
    assert read('<div class="author">Nora Quill<br>Political Editor</div>')["authors"] == QUILL


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Wirawan", ["Wirawan"]),
        ("Written by Wirawan", ["Wirawan"]),
        ("Oleh Petrenko", None),  # or by one of that name
        ("By O'Neil", ["O'Neil"]),
        ("By Reuters", ["Reuters"]),
        ("Wirawan", None),
        ("By Admin", None),
        ("By Editor", None),
        ("By News", None),
        ("Von Redaktion", None),
        ("By Tidewater", None),
    ],
)
def test_one_word_is_a_name_after_by(byline: str, names: list[str] | None) -> None:
    head = '<meta property="og:site_name" content="Tidewater Post">'
    assert read_page(page(head, f'<div class="byline">{byline}</div>' + BODY)).get("authors") == names


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["The Harbour Post", "Nora Quill"], QUILL),
        (["Harbour Post Newsroom", "Nora Quill"], QUILL),
        ("Nora Quill and The Harbour Post", QUILL),
        (["The Harbour Post", "AFP", "Nora Quill"], ["AFP", "Nora Quill"]),
        ({"@type": "Person", "name": "Nora Harbour"}, ["Nora Harbour"]),
        ({"@type": "Person", "name": "Wirawan"}, ["Wirawan"]),
        ("The Harbour Post", ["The Harbour Post"]),
    ],
)
@pytest.mark.parametrize("publisher", ["Harbour Post", "The Harbour Post"])
def test_the_outlet_is_no_author_beside_people(given: object, names: list[str], publisher: str) -> None:
    assert read_page(page(jsonld(author=given, publisher={"name": publisher})))["authors"] == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Edda Linklater | Health", ["Edda Linklater"]),
        ("Edda Linklater - Nairobi", ["Edda Linklater"]),
        ("Edda Linklater, Wirawan", ["Edda Linklater", "Wirawan"]),
        ("Edda Linklater | Reuters", ["Edda Linklater", "Reuters"]),
        ("Edda Linklater|Ben Trask", ["Edda Linklater", "Ben Trask"]),
        ("Linklater, Edda | Trask, Ben", ["Edda Linklater", "Ben Trask"]),
        ("लेखक: देवेश कुलश्रेष्ठ", ["देवेश कुलश्रेष्ठ"]),
    ],
)
def test_one_word_set_off_from_a_full_name_is_a_place_or_a_section(byline: str, names: list[str]) -> None:
    assert names_in(byline) == names


def test_the_outlet_of_the_tab_is_an_author_only_where_nobody_else_is() -> None:
    head = "<title>Clinics merge | Tidelands Post</title><meta name=author content='Tidelands Post'>"
    line = "<div class=meta>By <span>Henrike Saalfrank and Tjark Boysen</span> | 11 November 2026, 21:35</div>"
    for beside, names in ((line, ["Henrike Saalfrank", "Tjark Boysen"]), ("", ["Tidelands Post"])):
        assert read_page(page(head, f"<h1>Clinics merge</h1>{beside}<div>{BODY}</div>"))["authors"] == names


def test_articles_in_articles_take_no_time() -> None:
    nested = lxml_html.fromstring("<article>" * 200 + "<a href=/n>word</a>" * 3000)
    start = time.monotonic()
    assert authors(Page(nested)) == ([], "none")
    assert time.monotonic() - start < 2
