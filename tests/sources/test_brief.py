"""Short news: few words of an article, which an extractor is unsure of."""

import pytest

from pipeline.sources.html import read_page
from tests.sources.test_pages import page

HEAD = (
    "<meta property=og:type content=article><meta property=article:published_time content=2026-11-10T08:00:00Z>"
    "<title>{0}</title>"
)


def read(title: str, article: str, around: str = "") -> list[str]:
    body = f"<main><article><h1>{title}</h1>{article}</article>{around}</main>"
    text: str = read_page(page(HEAD.format(title), body))["text"]
    return text.split("\n\n")


ENGLISH = ["The ferry of Quaymouth ran aground on Friday, the harbour master said.", "Nobody aboard was hurt."]
JAPANESE = [
    "潮見町は十二日、閉校した小学校の校舎を、移住者向けの共同住宅に改修すると発表した。",
    "総事業費は約七億円で、教室を二十四戸の住居に造り替え、図書室は住民に開放する。",
    "町の人口はこの十年で二割減った。町長は会見で「灯をもう一度ともしたい」と述べた。",
]
CHINESE = ["潮州港务局12日宣布，连接老城与新港区的渡轮将于12月1日恢复夜航，末班船延至23时30分。"]
KOREAN = ["해솔시는 12일 시내버스 노선 42개 가운데 15개를 내년 3월부터 수요응답형으로 바꾸겠다고 밝혔다."]


@pytest.mark.parametrize("byline", ["<p class=byline>{0}</p>", "<div class=author>{0}</div>", ""])
@pytest.mark.parametrize(
    ("title", "name", "paragraphs"),
    [
        ("Ferry runs aground", "By Nora Quill", ENGLISH),
        ("Ferry runs aground", "By Nora Quill", ENGLISH[:1]),
        ("潮見町、校舎を住宅に", "浅瀬千歳", JAPANESE),
        ("渡轮恢复夜航", "何远帆", CHINESE),
        ("버스 노선 개편", "한바다 기자", KOREAN),
    ],
)
def test_short_news_is_its_paragraphs_alone(title: str, name: str, paragraphs: list[str], byline: str) -> None:
    text = "".join(f"<p>{each}</p>" for each in paragraphs)
    assert read(title, f"{byline.format(name)}{text}") == paragraphs


def test_short_news_keeps_what_stands_before_its_paragraphs_and_beside_its_article() -> None:
    first, second = ENGLISH
    assert read("Ferry runs aground", f"<p class=byline>Nora Quill</p><div>{first}</div><p>{second}</p>") == ENGLISH
    assert read("Ferry runs aground", f"<p>{first}</p>", f"<p>{second}</p>") == ENGLISH


def test_a_paragraph_without_blanks_that_names_its_author_is_no_byline() -> None:
    named = f"浅瀬千歳は現地を歩いた。{JAPANESE[0]}"
    assert read("潮見町、校舎を住宅に", f"<p class=byline>浅瀬千歳</p><p>{named}それから</p>{'<p>' + JAPANESE[1]}") == [
        f"{named}それから",
        JAPANESE[1],
    ]


def test_pictures_of_a_gallery_are_no_part_of_its_standfirst() -> None:
    figure = "<figure><img src=a.jpg><figcaption><span>{0} / 3</span> Fog over the weir of Lerche</figcaption></figure>"
    lead = "For a year Nora Quill has photographed the same hill of the valley every morning. A choice of her pictures."
    pictures = "".join(map(figure.format, range(1, 4)))
    assert read("A year in fog", f"<p class=intro>{lead}</p><div class=gallery>{pictures}</div>") == [lead]
