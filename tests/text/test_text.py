"""Analysis: what is a token, its forms, and what holds for any text."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.text import MAX_TOKEN, analyse, analyse_query, fold, language_code


def exacts(text: str, language: str | None = "en") -> list[str]:
    return [token.exact for token in analyse(text, language)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ""),
        ("... – !? 🇺🇦", ""),
        ("The talks", "the talks"),
        ("COVID-19 user_name a/b", "covid 19 user name a b"),
        ("the U.S. and the US told us", "the US and the US told us"),
        ("U.S", "US"),
        ("U.S.-led U.S.'s US's", "US led US US"),
        ("u.s. i.t.", "US IT"),
        ("U.K. U.S.A. e.g. J.K. Rowling", "uk usa eg jk rowling"),
        ("the U.S.Army", "the US army"),
        ("С.Ш.А.", "сша"),
        ("It is IT; who is WHO?", "it is IT who is WHO"),
        ("US STRIKES IRAN", "us strikes iran"),
        ("U.S. STRIKES IRAN", "US strikes iran"),
        ("US STRIKES IRAN. The US said.\nWHO IS TO BLAME", "us strikes iran the US said who is to blame"),
        ("US, UK", "US uk"),
        ("US", "US"),
        ("Obama's Obama’s states' O’Brien l'Ukraine don't", "obama obama states o brien l ukraine don t"),
        ("RUSSIA'S", "russia"),
        ("Café Türkiye İSTANBUL ıstanbul Ørsted Straße Œuvre", "cafe turkiye istanbul istanbul orsted strasse oeuvre"),
        ("cafe\u0301", "cafe"),
        ("co\u00adoperate ﬁne ＡＢＣ m² CO₂", "cooperate fine abc m2 co2"),
        ("Baʿath Hawaiʻi Hawai'i", "baath hawai i hawai i"),
        ("1,200 1,200,000bn 2.5 12,34 2019,200 1,2000", "1200 1200000bn 2 5 12 34 2019 200 1 2000"),
        ("乌克兰 ウクライナ", "乌 克 兰 ウ ク ラ イ ナ"),
        ("กินข้าว", "กิ น ข้ า ว"),
        ("हिन्दी 한국 мир’ом", "हिन्दी 한국 мир ом"),
        ("أوكرانيا اوكرانيا", "اوكرانيا اوكرانيا"),
        ("a\ud800b\x00c", "a b c"),
    ],
)
def test_tokens(text: str, tokens: str) -> None:
    assert exacts(text) == tokens.split()


@pytest.mark.parametrize(
    ("word", "language", "stem"),
    [
        ("negotiations", "en", "negoti"),
        ("Negotiating", None, "negoti"),
        ("negotiations", "xx", "negoti"),
        ("négociations", "fr", "negoci"),
        ("négociations", "fr-CA", "negoci"),
        ("президента", "ru", "президент"),
        ("Häuser", "de", "haus"),
        ("Ha\u0308user", "de", "haus"),
        ("US", "fr", "US"),
    ],
)
def test_stems(word: str, language: str | None, stem: str) -> None:
    assert [token.stem for token in analyse(word, language)] == [stem]


def test_offsets() -> None:
    text = "The U.S.'s café-goers’ “1,200”"
    assert [text[token.start : token.end] for token in analyse(text, "en")] == ["The", "U.S.", "café", "goers", "1,200"]


def test_long_runs_are_cut_into_pieces() -> None:
    assert [len(token) for token in exacts("x" * 150)] == [64, 64, 22]
    assert exacts("ß" * 64) == ["s" * MAX_TOKEN]
    assert [len(token) for token in exacts("a." * 40)] == [16, 16, 8]


def test_queries_have_the_stems_of_every_language() -> None:
    [token] = analyse_query("continuations", ["en", "fr", "xx"])
    assert (token.exact, token.stems) == ("continuations", ("continu",))
    [token] = analyse_query("négociaient", ["en", "fr", "es"])
    assert token.stems == tuple(sorted({analyse("négociaient", tag)[0].stem for tag in ("en", "fr", "es")}))
    assert len(token.stems) == 2
    assert analyse_query("talks", [])[0].stems == ("talk",)


def test_queries_in_capitals_keep_listed_acronyms() -> None:
    assert [token.exact for token in analyse_query("US NAVY SHIP", ["en"])] == ["US", "navy", "ship"]
    assert exacts("US NAVY SHIP") == ["us", "navy", "ship"]


def test_names_have_no_case() -> None:
    assert fold("WHO") == fold("who") == ["who"]
    assert fold("U.S. Army's São Tomé") == ["us", "army", "sao", "tome"]


@pytest.mark.parametrize(
    ("tag", "code"), [("pt-BR", "pt"), ("zh_Hant", "zh"), (" EN ", "en"), ("", None), (None, None)]
)
def test_language_codes(tag: str | None, code: str | None) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("language", "word", "stem"),
    [
        ("en", "talks", "talk"), ("fr", "négociations", "negoci"), ("de", "Verhandlungen", "verhandl"),
        ("es", "negociaciones", "negoci"), ("pt", "negociações", "negoc"), ("it", "negoziati", "negoz"),
        ("ru", "переговоры", "переговор"), ("ar", "المفاوضات", "مفاوض"), ("tr", "görüşmeler", "gorusme"),
        ("nl", "onderhandelingen", "onderhandel"),
    ],
)  # fmt: skip
def test_the_great_languages_have_a_stemmer(language: str, word: str, stem: str) -> None:
    assert [token.stem for token in analyse(word, language)] == [stem]


pieces = [
    "US",
    "u.s.",
    "U.S",
    ".",
    "a",
    "A",
    "é",
    "\u0301",
    "'s",
    "’",
    "1",
    ",",
    "1,200",
    " ",
    "\n",
    "中",
    "ก",
    "\u0e34",
]
odd = ["\ud800", "\u00ad", "ß", "İ", "ﬁ", "ﷺ", "½", "_", "-", "WHO", "WORD", "!", "\x00", "ʼ", "ŉ", "ǰ", "ΐ"]
texts = st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*pieces, *odd]), max_size=25).map("".join))


@settings(deadline=None)
@given(texts, st.sampled_from(["en", "fr", "ru", "ar", "tr", "xx", None]))
@example("a" + "\u0301" * 500, "en")
def test_any_text_has_true_offsets_and_clean_forms(text: str, language: str | None) -> None:
    tokens = analyse(text, language)
    ends = [0, *(token.end for token in tokens)]
    for end, token in zip(ends, tokens, strict=False):
        assert end <= token.start < token.end <= len(text)
        assert token.end - token.start <= 2 * MAX_TOKEN
        for form in (token.exact, token.stem):
            assert 0 < len(form) <= MAX_TOKEN
            assert form.split() == [form]
            form.encode("utf-8")
    assert fold(text) == [token.exact.casefold() for token in analyse_query(text, [language])]


@settings(deadline=None)
@given(texts)
def test_a_query_for_a_token_finds_it(text: str) -> None:
    """An exact form analysed again is itself, so a search for what a result shows finds that result."""
    for token in analyse(text, "en"):
        again = [other.exact for other in analyse_query(token.exact, ["en"])]
        assert "".join(again) == token.exact
        surface = text[token.start : token.end]
        if token.exact != surface.lower():  # in a sentence of capitals `US` is the word, which a query writes `us`
            assert token.stem in analyse_query(surface, ["en", "fr"])[0].stems
        else:
            assert token.stem in analyse_query(token.exact, ["en", "fr"])[0].stems


@pytest.mark.parametrize(
    "hostile",
    [
        "a",
        "a.",
        "US ",
        "\u0301",
        "1,200,",
        "1",
        "中",
        "'s",
        "A B US. ",
        '!"',
        "\n",
        "a.bb.",
        "1,20",
        "\ud800",
        "ﷺ",
        "A",
    ],
)
def test_time_is_linear_in_hostile_text(hostile: str) -> None:
    text = "a" + hostile * (200_000 // len(hostile))
    start = time.process_time()
    analyse(text, "en")
    assert time.process_time() - start < 3


@given(
    st.lists(
        st.sampled_from(["U.S.", "1,200", "a.b", "ab,c", "x" * 64, "x" * 65, "O'Brien's", "é", "7", "(b)", "no-x"])
    )
)
def test_words_of_ascii_are_what_all_words_are(words: list[str]) -> None:
    found = analyse(" ".join(words), "en")
    assert found == analyse("\N{EM SPACE}".join(words), "en")  # before this blank no word is taken the short way
