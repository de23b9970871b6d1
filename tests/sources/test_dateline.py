"""Pages without data for robots: the day and the names that stand beside the headline, or under the text."""

import json
from typing import Any

import pytest

from pipeline.sources import written
from pipeline.sources.html import read_page

TEXT = "".join(
    f"<p>Paragraph {n} of the report tells at some length about the ferry that has linked both banks of the lagoon for"
    " sixty years and about the people who cross on it every morning.</p>"
    for n in range(5)
)


def read(beside: str, *, lang: str = "en", head: str = "", text: str = TEXT, url: str | None = None) -> dict[str, Any]:
    """What is read of a page with something between its headline and its text."""
    return read_page(
        f"<html lang={lang}><meta charset=utf-8><head>{head}</head><body><h1>The ferry of the lagoon</h1>{beside}"
        f"<div>{text}</div></body></html>".encode(),
        url,
    )


@pytest.mark.parametrize(
    ("lang", "line", "day"),
    [
        ("de", "03.11.2026, 14:07 Uhr", "2026-11-03T14:07:00"),
        ("de", "Di 03.11.26 | 14:07 Uhr | Von Ana Ferrand-Ruiz", "2026-11-03T14:07:00"),
        ("de", "erstellt: <b>03. November 2026, 14:07</b>", "2026-11-03T14:07:00"),
        ("en", "Published Tue, Nov 3 2026 2:07 PM EDT", "2026-11-03T14:07:00-04:00"),
        ("en", "3rd November 2026", "2026-11-03T00:00:00"),
        ("es", "3 de noviembre de 2026", "2026-11-03T00:00:00"),
        ("fr", "Le 3 novembre 2026 à 14h07", "2026-11-03T14:07:00"),
        ("fr", "03/11/2026", "2026-11-03T00:00:00"),
        ("ja", "2026年11月3日 14時07分", "2026-11-03T14:07:00"),
        ("tr", "3 Kasım 2026", "2026-11-03T00:00:00"),
        ("ru", "3 ноября 2026", "2026-11-03T00:00:00"),
        ("xx", "2026-11-03", "2026-11-03T00:00:00"),
        ("de", "03.11.2026 | 45:30 min", "2026-11-03T00:00:00"),  # a length, and no time of the day
        ("de", "31.02.2026, 03.11.2026", "2026-11-03T00:00:00"),
        ("de", "Datum: 03.11.2026", "2026-11-03T00:00:00"),
    ],
)
def test_a_day_that_people_read(lang: str, line: str, day: str) -> None:
    found = read(f"<div>{line}</div>", lang=lang)
    assert (found["published_at"], found["published_from"]) == (day, "time")


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("zh", "2026-11-03 14:07 来源：海港通讯社"),
        ("zh", "2026年11月3日 14:07 来源: 海港通讯社"),
        ("zh", "2026-11-03 14:07 来源：海港通讯社 作者：陈大文"),
        ("zh", "来源：海港通讯社 作者：陈大文 2026-11-03 14:07"),
        ("ru", "3 ноября 2026, 14:07 Источник: Гавань"),
        ("de", "3. November 2026, 14:07 Uhr Quelle: Hafenbote"),
    ],
)
def test_whose_text_it_is_may_follow_the_day(lang: str, line: str) -> None:
    for found in (read(f"<p>{line}</p>", lang=lang), read("", lang=lang, text=f"<p>{line}</p>{TEXT}")):
        assert found["published_at"] == "2026-11-03T14:07:00"
        assert found["text"].startswith("Paragraph 0")


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("fr", "Publié dans Le Port, 20 novembre 2026"),
        ("fr", "Paru dans Le Port le 20 novembre 2026"),
        ("de", "Erschienen in Der Hafen, 20. November 2026"),
        ("de", "Zuerst erschienen in Der Hafen am 20. November 2026"),
        ("es", "Publicado en El Puerto, 20 de noviembre de 2026"),
        ("pt", "Publicado no O Porto, 20 de novembro de 2026"),
        ("it", "Pubblicato su Il Porto, 20 novembre 2026"),
        ("ru", "Опубликовано в Гавани, 20 ноября 2026"),
    ],
)
def test_the_outlet_may_stand_after_the_label(lang: str, line: str) -> None:
    assert read(f"<p>{line}</p>", lang=lang)["published_at"] == "2026-11-20T00:00:00"
    assert line not in read("", lang=lang, text=f"<p>{line}</p>{TEXT}")["text"]


@pytest.mark.parametrize(
    "line",
    [
        "03/11/2026",  # of March, or of November
        "Updated 3 November 2026",
        "The old ferry leaves the northern quay for the last time on 3 November 2026",  # a caption
        "31 February 2026",
        "45.13.2026",
        "Top 10 of 2026",
        "3 November 1026",
        "Version 1.2.24",
        "Call 12.10.20 now",
    ],
)
def test_no_day_is_made_up(line: str) -> None:
    assert "published_at" not in read(f"<div>{line}</div>")


@pytest.mark.parametrize(
    "line",
    [
        "By Ana Ferrand-Ruiz, 3 November 2026",
        "Published by Ana Ferrand-Ruiz on 3 November 2026",
        "Ana Ferrand-Ruiz 3 November 2026",
        "TIDEWATER, 3 November 2026",
        "Published in The Harbour, November 3rd, 2026",
        "Coast | World | 3 November 2026",
        "3 November 2026 by Ana Ferrand-Ruiz",
        "3 November 2026 · 4 min read",
        "3 November 2026, Updated 4 November 2026",
        "Updated: 4 Nov 2026, 10:00 | Published: 3 Nov 2026",
        "<b>Date:</b> 3 November 2026",
        "<span>Filed</span> 3 November 2026",  # set off by an element
        "<span class='post-meta'>Filed under coast on 3 November 2026</span>",  # the page says what it is
    ],
)
def test_what_may_stand_beside_the_day_of_publication(line: str) -> None:
    assert read(f"<p>{line}</p>")["published_at"] == "2026-11-03T00:00:00"


STAMP = '<time datetime="2026-11-03T08:00:00Z">3 November 2026</time>'


@pytest.mark.parametrize("day", ["3 November 2026", STAMP])
@pytest.mark.parametrize(
    "line",
    [
        "Born 12 March 1991, died {}",
        "The exhibition opened on {} in Porto.",
        "Photo taken {}",
        "<b>Founded</b> {}",
        "Deadline: {}",
        "On {}, the bridge fell",
        "In the morning, {}",
        "{} was a windy day",
        "Updated {}",
        "Updated</p><p>{}",
        "Opened:</p><p>{}",
        "Updated: 5 Nov 2026, 10:00 | {}",
    ],
)
def test_a_day_of_something_else_is_not_that_of_publication(line: str, day: str) -> None:
    assert "published_at" not in read(f"<p>{line.format(day)}</p>")
    assert "published_at" not in read("", text=f"<p>{line.format(day)}</p>{TEXT}")


@pytest.mark.parametrize("line", ["{}", "Published {}", "Ana Ferrand-Ruiz, {}", "<span>Coast</span> {}"])
def test_a_time_element_beside_the_headline(line: str) -> None:
    found = read(f"<p>{line.format(STAMP)}</p>")
    assert (found["published_at"], found["published_from"]) == ("2026-11-03T08:00:00+00:00", "time")


def test_a_time_that_is_called_that_of_an_update_is_none_of_publication() -> None:
    update = "<time class='updated' datetime='2026-11-05T08:00:00Z'>5 November 2026</time>"
    assert (
        read(f"<div>{update} {STAMP.replace('<time', '<time class=entry-date')}</div>")["published_at"][:10]
        == "2026-11-03"
    )
    assert "published_at" not in read(f"<div>{update}</div>")
    both = update.replace("updated", "entry-date published updated")
    assert read(f"<div>{both}</div>")["published_at"][:10] == "2026-11-05"


ARTICLE = "<html lang=en><body>{}<article>{}<h1>The ferry of the lagoon</h1>{}<div>{}</div>{}</article>{}</body></html>"


@pytest.mark.parametrize(
    ("place", "around"),
    [
        (0, "<header>{}</header>"),  # the clock of the site
        (0, "<div>{}</div>"),
        (2, "<article>{}</article>"),
        (2, "<ul><li><a href='/2'>Another story of the coast</a> {}</li></ul>"),
        (2, "<div class='comments-list'><div id=comments>{}</div></div>"),
        (2, "<aside>{}</aside>"),
        (3, "{}"),
        (4, "<section><p>ann {} Nice</p></section>"),
        (5, "<div id=comments>{}</div>"),
        (5, "<aside><a href='/2'>Other</a> {}</aside>"),
    ],
)
def test_times_of_the_site_of_comments_and_of_other_articles(place: int, around: str) -> None:
    for text in (TEXT, "<p>It has sailed from both banks of the lagoon every morning for sixty years.</p>"):
        parts = ["", "", "", text, "", ""]
        parts[place] += around.format(STAMP) if place != 3 else f"<p>It opened on {STAMP} in Porto.</p>"
        assert "published_at" not in read_page(ARTICLE.format(*parts).encode())


def test_a_time_above_the_headline_or_marked_as_the_articles() -> None:
    for parts in (["", f"<p>{STAMP}</p>", "", TEXT, "", ""], ["", f"<header>{STAMP}</header>", "", TEXT, "", ""]):
        assert read_page(ARTICLE.format(*parts).encode())["published_from"] == "time"
    marked = STAMP.replace("<time", "<time itemprop=datePublished")
    below = ARTICLE.format("", "", "", TEXT, f"<footer>{marked}</footer>", "")
    assert read_page(below.encode())["published_from"] == "time"
    comment = f"<div itemscope itemtype='https://schema.org/Comment'>{marked}</div>"
    assert "published_at" not in read_page(ARTICLE.format("", "", "", TEXT, comment, "").encode())


def test_a_day_of_one_of_several_articles_is_not_that_of_the_page() -> None:
    posts = "".join(f"<article><h3>Post</h3><b>{n} November 2026</b><p>So said {n}.</p></article>" for n in (7, 6))
    body = f"<h1>The ferry of the lagoon</h1>{posts}<div>{TEXT}</div>"
    assert "published_at" not in read_page(f"<html lang=en><body>{body}</body></html>".encode())


BRIEFS = "".join(
    f"<p>Police {n} closed the old bridge for lorries on Tuesday night, the town said.</p>" for n in range(4)
)


@pytest.mark.parametrize(
    "line", ["3 November 2026, 08:00 GMT", "Published 3 November 2026 08:00 UTC", "By Nora Quill | {}"]
)
@pytest.mark.parametrize("text", [TEXT, BRIEFS])
@pytest.mark.parametrize("tag", ["article", "div"])
def test_a_day_in_words_above_the_headline(line: str, text: str, tag: str) -> None:
    day = f"<p class=d>{line.format('3 November 2026, 8:00 GMT')}</p>"
    head = f"<header>{day}<h1>The ferry of the lagoon</h1></header>"
    for above in (f"{day}<h1>The ferry of the lagoon</h1>", head):
        page = f"<html lang=en><body><p>27 November 2026</p><{tag}>{above}<div>{text}</div></{tag}></body></html>"
        assert read_page(page.encode())["published_at"] == "2026-11-03T08:00:00+00:00"
        clock = page.replace(day, "").replace("<p>27", "<p class=d>27")
        assert "published_at" not in read_page(clock.encode())


@pytest.mark.parametrize("line", ["Version 1.2.24", "Nr. 10.11.12.13", "Version 4.10.11.2024"])
def test_a_number_with_dots_is_no_day(line: str) -> None:
    assert "published_at" not in read(f"<div>{line}</div>", lang="de")


def test_pictures_and_asides_have_days_of_their_own() -> None:
    for tag in ("figure", "aside", "nav"):
        assert "published_at" not in read(f"<{tag}>3 November 2026</{tag}>")


def test_data_go_before_what_people_read_and_that_before_the_address() -> None:
    meta = '<meta property="article:published_time" content="2026-11-01T08:00:00Z">'
    assert read("<p>3 November 2026</p>", head=meta)["published_from"] == "meta"
    address = "https://a.example/2026/11/03/ferry"
    assert read("<p>3 November 2026, 14:07</p>", url=address)["published_at"] == "2026-11-03T14:07:00"
    assert read("<p>9 November 2026, 14:07</p>", url=address)["published_from"] == "url"  # of something else


@pytest.mark.parametrize(
    "listed",
    [
        "<ul><li><b>Erschienen am</b> 03.11.2026</li><li><b>Autorin/Autor:</b> Ana Ferrand-Ruiz</li></ul>",
        "<dl><dt>Veröffentlicht</dt><!-- --><dd>03.11.2026</dd><dt>Autorin:</dt><dd>Ana Ferrand-Ruiz</dd></dl>",
        "<table><tr><th>Von</th><td>Ana Ferrand-Ruiz</td></tr><tr><th>Erschienen</th><td>03.11.2026</td></tr></table>",
    ],
)
def test_a_list_of_the_page_has_labels(listed: str) -> None:
    found = read("", lang="de", text=f"{TEXT}</div><div>{listed}")
    assert (found["published_at"], found["authors"]) == ("2026-11-03T00:00:00", ["Ana Ferrand-Ruiz"])


def test_labels_beside_the_headline() -> None:
    for label in ("<p><b>Author:</b> Ana Ferrand-Ruiz</p>", "<dl><dt>Author</dt><dd>Ana Ferrand-Ruiz</dd></dl>"):
        found = read(f"{label}<p><b>Date:</b> 3 November 2026</p>")
        assert (found["published_at"], found["authors"]) == ("2026-11-03T00:00:00", ["Ana Ferrand-Ruiz"])


BOOK = "<p><b>Author:</b> Jane Fairwell</p><p><b>Date:</b> 24.12.2019</p>"
BOOK_LISTED = "<dl><dt>Author</dt><dd>Jane Fairwell</dd><dt>Published</dt><dd>24.12.2019</dd></dl>"


@pytest.mark.parametrize("box", [BOOK, BOOK_LISTED, f"</div><aside>{BOOK_LISTED}</aside><div>", f"</div><div>{BOOK}"])
def test_a_box_about_a_book_says_nothing_of_the_article(box: str) -> None:
    found = read("", text=TEXT + box)
    assert (found.get("published_at"), found.get("authors")) == (None, None)
    found = read("<p>3 November 2025</p><p>By Ana Ferrand-Ruiz</p>", text=TEXT + box)
    assert (found["published_at"], found["authors"]) == ("2025-11-03T00:00:00", ["Ana Ferrand-Ruiz"])


def test_a_page_that_stands_in_a_form() -> None:
    page = "<html lang=en><body><form><h1>The ferry of the lagoon</h1>{}<div>{}</div></form></body></html>"
    assert read_page(page.format("<p>3 November 2026</p>", TEXT).encode())["published_at"] == "2026-11-03T00:00:00"
    assert "published_at" not in read("<form><p>3 November 2026</p></form>")


def test_what_a_page_calls_its_language_is_not_kept() -> None:
    for number in range(30):
        assert read("<p>3 November 2026</p>", lang=f"x{number}")["published_at"] == "2026-11-03T00:00:00"
    before = written.names_of.cache_info().currsize
    read("<p>3 November 2026</p>", lang="y1")
    read("<p>3 November 2026</p>", lang="en@y2")
    assert written.names_of.cache_info().currsize == before
    assert "published_at" not in read("<p>03/11/2026</p>", lang="y3")  # its order is not plain


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("<p><strong>Ana Ferrand-Ruiz</strong></p>", "", ["Ana Ferrand-Ruiz"]),
        ("<p>ANA FERRAND-RUIZ/BEN OKTA</p>", "", ["ANA FERRAND-RUIZ", "BEN OKTA"]),
        ("", "<p style='text-align:right'><strong>Lê Phương Ferrand</strong></p>", ["Lê Phương Ferrand"]),
        ("", "<p>By Ana Ferrand-Ruiz</p>", ["Ana Ferrand-Ruiz"]),
        ("", "<p>Tidewater Post / Ana Ferrand-Ruiz</p>", ["Ana Ferrand-Ruiz"]),
        ("", "<p>With agency material.</p>", None),
        ("", "<p>The ferry runs daily</p>", None),
        ("<p>New York</p>", "", None),
        ("<p>Getty Images</p>", "", None),
        ("<p><em>Getty Images</em></p>", "", None),
        ("", "<p>Tidewater Photo / Shutterstock</p>", None),
        ("", "<p>Read Next</p><p>Harbour Museum</p>", None),
        ("", "<p><b>Read Next</b></p><p><b>Harbour Museum</b></p>", None),
        ("<p>A summary of it.</p><p><b>Northern Quay</b></p>", "", None),
        ("", "<p><b>Harbour Museum</b></p><p>Open on weekdays.</p>", None),
        ("<p><b>Ana Ferrand-Ruiz</b></p>", "<p>The first ticket went to Ferrand-Ruiz.</p>", None),
        ("<p>Ferrand-Ruiz had the first ticket.</p>", "<p><strong>Ana Ferrand-Ruiz</strong></p>", None),
    ],
)
def test_names_that_are_a_paragraph(before: str, after: str, names: list[str] | None) -> None:
    outlet = '<meta property="og:site_name" content="Tidewater Post">'
    assert read("", head=outlet, text=before + TEXT + after).get("authors") == names


def test_names_beside_the_headline() -> None:
    assert read("<p>By TPN, in <a>News</a>, <a>Coast</a></p>")["authors"] == ["TPN"]
    assert read("<p>3 Nov 2026 | by Ana Ferrand-Ruiz and Ben Okta</p>")["authors"] == ["Ana Ferrand-Ruiz", "Ben Okta"]
    assert "authors" not in read("<p>By subscribing you agree</p>")


def test_the_account_that_a_content_system_comes_with() -> None:
    account = '{"@type":"NewsArticle","headline":"x","author":{"name":"%s","url":"https://a.example/author/admin/"}}'
    head = '<meta property="og:site_name" content="Tidewater Post"><script type="application/ld+json">%s</script>'
    byline = "<p>By Ana Ferrand-Ruiz</p>"
    assert read(byline, head=head % (account % "Tidewater D"))["authors"] == ["Ana Ferrand-Ruiz"]
    assert read(byline, head=head % (account % "Ben Okta"))["authors"] == ["Ben Okta"]


def test_an_endless_line_costs_nothing() -> None:
    assert (
        read(f"<p>{STAMP}</p><p>{'<time datetime=2026-11-04></time>' * 50_000}</p>")["published_at"][:10]
        == "2026-11-03"
    )
    assert "published_at" not in read("<p>" + "3 November 2026 " * 50_000 + "</p><p>3.11." + "-" * 500_000 + "</p>")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Tuesday, 3 November 2026, 14:07", False),
        ("Published 3 November 2026", False),
        ("03.11.2026", False),
        ("November 20, 2026 / 3:07 PM EST / Nora Quill", False),
        ("Published - November 20, 2026 03:07 pm IST - NEW DELHI", False),
        ("Published in The Harbour, November 20th, 2026", False),
        ("Published in paperback on 20 November 2026", True),
        ("Published on 20 November 2026 in five languages and on paper", True),
        ("On 3 November 2026 the ferry sank", True),
        ("Founded on 3 November 2026.", True),
    ],
)
def test_a_day_that_is_a_paragraph_is_none_of_the_text(line: str, kept: bool) -> None:
    assert (line in read("", text=f"<p>{line}</p>{TEXT}")["text"]) is kept


@pytest.mark.parametrize(
    ("line", "language", "day"),
    [
        ("Sept. 1, 2026", "en", "2026-09-01T00:00:00"),
        ("Published: 20/11/2026 14:07", "en", "2026-11-20T14:07:00"),
        ("11/20/2026", "en", "2026-11-20T00:00:00"),
        ("05/04/2026", "en", None),
        ("Publicat: 20 noiembrie 2026, 14:07", "ro", "2026-11-20T14:07:00"),
        ("vrijdag 20 november 2026 om 14:07", "nl", "2026-11-20T14:07:00"),
        ("20 ноября 2026, 14:07 МСК", "ru", "2026-11-20T14:07:00+03:00"),
    ],
)
def test_days_whose_order_is_plain(line: str, language: str, day: str | None) -> None:
    assert read(f"<p>{line}</p>", lang=language).get("published_at") == day


@pytest.mark.parametrize("said", [0, -1, 17, 10**400, 1e300, float("nan"), True, {"@value": None}])
def test_a_number_of_data_that_is_no_date(said: object) -> None:
    head = f"<script type=application/ld+json>{json.dumps({'@type': 'NewsArticle', 'datePublished': said})}</script>"
    assert "published_at" not in read("", head=head)


@pytest.mark.parametrize("said", [{"@value": "2026-11-20T14:07:00Z"}, 1795183620, 1795183620000])
def test_a_date_of_data_that_is_no_text(said: object) -> None:
    data = json.dumps({"@type": "NewsArticle", "datePublished": said})
    assert (
        read("", head=f"<script type=application/ld+json>{data}</script>")["published_at"]
        == "2026-11-20T14:07:00+00:00"
    )


@pytest.mark.parametrize(
    ("lang", "headline", "line"),
    [
        ("zh", "市议会批准计划", "<time datetime='2026-11-03T14:07:00+08:00'>2026年11月3日</time>"),
        ("ja", "水道計画を承認", "<p>2026年11月3日 14時07分</p>"),
        ("ko", "시의회 계획 승인", "<p>2026.11.03. 14:07</p>"),
    ],
)
def test_short_headlines_and_texts_without_blanks(lang: str, headline: str, line: str) -> None:
    text = "<p>市议会周五经过九小时辩论，批准了更换老城区供水管道的计划，工程将于一月开始，预计需要三年时间。</p>" * 3
    raw = (
        f"<html lang={lang}><meta charset=utf-8><body><article><h1>{headline}</h1>{line}{text}</article></body></html>"
    )
    found = read_page(raw.encode())
    assert (found["published_at"][:16], found["title"]) == ("2026-11-03T14:07", headline)
    assert found["text"].startswith("市议会周五")


def test_a_post_that_is_quoted_has_a_day_of_its_own() -> None:
    post = "<blockquote class=twitter-tweet><p>It sails!</p>— Ana (@ana) <a href='/1'>March 3, 2024</a></blockquote>"
    assert "published_at" not in read("", text=f"<p>The ferry sails again.</p>{post}{TEXT}")
    assert "published_at" not in read(post)


def test_a_day_that_can_be_read_as_two_is_noted() -> None:
    for line in ("05/04/2026", "Published 05/04/2026 10:30"):
        found = read(f"<p>{line}</p>")
        assert "published_at" not in found
        assert [note[:26] for note in found["notes"]] == ['published_at "05/04/2026" ']
    for line in ("The ferry sank on 05/04/2026 in Porto", "Updated 05/04/2026", "Deadline: 05/04/2026", "45/13/2026"):
        assert "notes" not in read(f"<p>{line}</p>")
    assert "notes" not in read("<p>05/04/2026</p>", lang="fr")
