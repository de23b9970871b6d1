"""Lines among an article's paragraphs that are none of its text are left out; paragraphs that begin like them stay."""

import time

import pytest
from lxml import html as lxml_html

from pipeline.sources.html import read_page
from pipeline.sources.insertions import Insertions
from pipeline.sources.metadata import Page
from tests.sources.test_pages import jsonld, page

TITLE = "The ferry of the lagoon"
BEFORE = [f"Paragraph {n} of the report tells about the ferry in Mombasa and about its crew." for n in range(6)]
AFTER = [f"Paragraph {n} of the report tells about the ferry in Mombasa and about its crew." for n in range(6, 12)]


def read(inserted: str, before: int = 6, after: int = 6) -> list[str]:
    """What a page's text has besides the paragraphs of every page."""
    parts = [*(f"<p>{each}</p>" for each in BEFORE[:before]), inserted, *(f"<p>{each}</p>" for each in AFTER[:after])]
    head = jsonld(headline=TITLE, author={"name": "Nora Quill"})
    found = read_page(page(head, f"<article><h1>{TITLE}</h1>{''.join(parts)}</article>"))["text"].split("\n\n")
    assert found[:before] == BEFORE[:before]
    assert not after or found[-after:] == AFTER[:after]
    return [each for each in found if each not in BEFORE and each not in AFTER]


@pytest.mark.parametrize(
    "label",
    ["Read also", "ALSO READ", "Related", "Lesen Sie auch", "Zum Thema", "À lire aussi", "Te puede interesar",
     "Lea también",
     "Veja também", "Leggi anche", "Lees ook", "Les også", "Læs mere", "Läs också", "Lue myös", "ZOBACZ TEŻ",
     "Przeczytaj także",
     "Čtěte také", "По теме", "Читайте также", "Читайте також", "Citește și", "Διαβάστε επίσης", "İLGİLİ HABER",
     "Ayrıca okuyun",
     "Baca juga", "Xem thêm", "اقرأ أيضا", "إقرأ أيضًا", "קראו גם", "ये भी पढ़ें", "相关阅读", "延伸阅读", "関連記事",
     "あわせて読みたい",
     "관련기사"],
)  # fmt: skip
def test_links_to_other_articles(label: str) -> None:
    for line in (
        f"<p><b>{label}:</b> <a href=/n/2>The harbour of Porto is sold</a></p>",
        f"<p><strong>{label}</strong><a href=/n/2> The harbour of Porto is sold</a></p>",
        f"<p><a href=/n/2>{label}: The harbour of Porto is sold</a></p>",
        f"<p><a href=/n/2><b>{label}</b> The harbour of Porto is sold</a></p>",
        f"<p>▶ {label} <a href=/n/2>The harbour of Porto is sold</a> | <a href=/n/3>Rain in Kisumu</a></p>",
        f"<p>» {label}: The harbour of Porto is sold</p>",
        f"<p>{label}:</p><p><a href=/n/2>The harbour of Porto is sold</a></p><p><a href=/n/3>Rain in Kisumu</a></p>",
    ):
        assert read(line) == [], line


@pytest.mark.parametrize(
    "line",
    ["Фото: Тарас Кобилка", "Flooded street in the old town — Foto: Divulgação", "写真：汐見社", "صورة: وكالة الميناء",
     "<i>Siga toda la información en <a href=#>Facebook</a> y <a href=#>X</a>, o en nuestra newsletter.</i>",
     "Подписывайтесь на наш <a href=/t>Telegram-канал</a>", "Abonnez-vous à notre newsletter",
     "欢迎关注我们的微信公众号",
     "Get the briefing by email every weekday. <a href=/s>Sign up here</a>.", "［PR］", "(광고)", "- Per E-Mail senden",
     "Imprimir", "Print | Email | Share", "Compartir en Facebook", "Śledź nas na Facebooku", "Enviar a un amigo",
     "분享", "Распечатать",
     "&lt;저작권자 ⓒ Tidewater Post, 무단 전재 및 재배포 금지&gt;"],
)  # fmt: skip
def test_credits_of_pictures_and_what_the_page_asks_or_offers(line: str) -> None:
    assert read(f"<p>{line}</p>") == ([line] if line == "분享" else [])  # of no language


@pytest.mark.parametrize(
    "line",
    ["Editor: Sri Kandari", "(责编：周彤、许可)", "责任编辑：周彤 校对：许可", "김하늘 기자 haneul@tidewater.example",
     "Reported by: देवेश कुलश्रेष्ठ | Edited by: पल्लवी सेठ | Updated at: 12 Nov 2026 06:42 PM (IST)",
     "Reported by Nora Quill | Edited by Ben Trask", "Редактор: Олена Вербицька",
     "Nora Quill, nora.quill@tidewater.example",
     "Oprac.: Jan Korczak", "desk@tidewater.example", "Nora Quill, Correspondent"],
)  # fmt: skip
def test_those_who_made_it_at_either_end(line: str) -> None:
    assert read(f"<p>{line}</p>", after=0) == []
    assert read(f"<p>{line}</p>", before=0) == []


@pytest.mark.parametrize("heading", ["Comments (2)", "2 Kommentare", "Комментарии (2)", "评论（2）", "Press contact"])
def test_what_readers_say_is_below_the_article(heading: str) -> None:
    said = "<p>This is a scandal and the board should resign over it.</p><p>I have never felt safe at all.</p>"
    assert read(f"<h3>{heading}</h3>{said}", after=0) == []
    many = said * 20
    assert read(f"<h3>{heading}</h3>{many}", before=3, after=0) == [] or heading == "Press contact"
    assert read("<p>2 comments</p>", before=1) == []  # above the text, it is a link to them


@pytest.mark.parametrize(
    "line",
    ["Read more books, the minister told the pupils of Kisumu.", "Also read out in court was a letter of the captain.",
     "Related companies were <a href=/n/2>fined</a>, too.", "По теме <a href=/n/2>экологии</a> высказался мэр Порту.",
     "Read also <a href=/n/2>what the captain wrote</a> and judge for yourself, he said.", "Mehr dazu sagte er nicht.",
     "Dazu <a href=/n/2>sagte die Ministerin am Freitag nichts.</a>", "Auch interessant ist, was der Hafen kostet.",
     "Up next for the crew is a trip to Zanzibar.", "More from the court is expected on Monday.",
     "Don’t miss the point, the mayor told the council.", "Copyright law is being rewritten in Porto.",
     "Newsletter writers earn more than ever, a survey says.", "Subscribe rates fell by half, the outlet said.",
     "Follow the money, the auditor wrote on Facebook.", "Siga adelante, escribió en Facebook.",
     "Stay at home, the board wrote on Telegram.",
     "“Follow us on Facebook,” the crew had written on the hull.", "Suivez l’argent, a écrit le maire sur Facebook.",
     "Lees ook eens een boek, zei de burgemeester.", "Leia mais livros, pediu o ministro.",
     "Фото: так зовут его друзья, сказал капитан.", "Share prices fell by half.", "Print is dying, the printer said.",
     "Comments from readers fill the file.",
     "Reklama kosztowała majątek, mówi kapitan.",
     "Editor: What did you see on that night?", "Redaktion: Wie kam es dazu?",
     "Editing by hand took nine years, he said.",
     "Reported by nobody, the wreck lay there for years.", "Write to ferry@tidewater.example before the end of May.",
     "Nora Quill", "The photo: a boat on fire, and nobody near it but a boy.", "相关企业已被罚款，市长说。",
     "関連する会社は罰金を払った。",
     "관련 회사는 벌금을 냈다.", "他说：不会退让。"],
)  # fmt: skip
def test_paragraphs_that_begin_like_them_stay(line: str) -> None:
    plain = line.replace("</a>", "").replace("<a href=/n/2>", "")
    assert read(f"<p>{line}</p>") == [plain]
    if line != "Nora Quill" and "</a>" not in line:  # the last paragraph, which an extractor may take for links
        assert read(f"<p>{line}</p>", after=0) == [plain]


def test_many_links_end_soon() -> None:
    nested = "<div>" * 200 + "<a href=/n/2>Read also</a> " * 50_000 + "<p><a>Tags</a>" * 50_000 + "</div>" * 200
    found, begun = Page(lxml_html.fromstring(nested)), time.monotonic()
    lines = ["Read also " * 5_000, *["Reported by Nora Quill | " * 3] * 500, "follow us " * 5_000, "- " * 20_000]
    assert 502 not in set(Insertions(found, "en", ["Nora Quill"]).places(lines))
    assert time.monotonic() - begun < 5
