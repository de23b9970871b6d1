"""Lines that tell when are no part of a text, in the languages that the lists know; what tells more is."""

import pytest

from pipeline.sources.html import read_page
from pipeline.sources.stamp import is_stamp
from tests.sources.test_dateline import TEXT, read

STAMPS = [
    ("de", "Veröffentlicht am 20. November 2026 um 14:07 Uhr"),
    ("de", "Zuletzt aktualisiert: 21.11.2026, 10:00 Uhr"),
    ("de", "Stand: 20.11.2026, 14.07 Uhr"),
    ("de", "vor 3 Stunden"),
    ("fr", "Publié le 20 novembre 2026 à 14h07 - Mis à jour le 21 novembre 2026 à 10h00"),
    ("fr", "Dernière mise à jour : il y a 2 heures"),
    ("en", "Updated: 21 Nov 2026, 10:00 | Published: 20 Nov 2026, 09:00"),
    ("en", "Last updated 20 November 2026"),
    ("en", "Published 3 hours ago"),
    ("en", "Posted on Friday, November 20, 2026 at 2:07 p.m. EST"),
    ("en", "05/04/2026"),
    ("en", "By Nora Quill | 20 November 2026 | 4 min read"),
    ("es", "Publicado el 20 de noviembre de 2026 a las 14:07. Actualizado hace 2 horas"),
    ("pt", "Publicado em 20/11/2026 às 14h07 - Atualizado há 3 horas"),
    ("it", "Pubblicato il 20 novembre 2026 alle 14:07, ultimo aggiornamento 3 ore fa"),
    ("nl", "Gepubliceerd op 20 november 2026 om 14:07, laatst bijgewerkt 2 uur geleden"),
    ("nb", "Publisert 20. november 2026 kl. 14:07, sist oppdatert for 2 timer siden"),
    ("sv", "Publicerad 20 november 2026, uppdaterad för 2 timmar sedan"),
    ("da", "Udgivet 20. november 2026 kl. 14.07"),
    ("fi", "Julkaistu 20.11.2026 klo 14.07"),
    ("pl", "Opublikowano 20.11.2026, godz. 14:07, aktualizacja 2 godziny temu"),
    ("ru", "Опубликовано 20 ноября 2026 в 14:07, обновлено 2 часа назад"),
    ("tr", "Yayın tarihi: 20 Kasım 2026, 14:07 - Güncelleme: 2 saat önce"),
    ("id", "Diterbitkan 20 November 2026 pukul 14.07 WIB"),
    ("ja", "公開日 2026年11月20日 14時07分"),
    ("ko", "입력 2026.11.20. 14:07 수정 2시간 전"),
]
NOTES = [
    ("en", "This article was updated on 20 November 2026."),
    ("en", "This story was last updated on November 20 at 3:07 pm"),
    ("de", "Dieser Artikel wurde zuletzt am 20. November um 15:07 Uhr aktualisiert."),
    ("fr", "L’article a été mis à jour le 20 novembre à 15h07."),
    ("es", "Esta nota se actualizó el 20 de noviembre de 2026."),
    ("it", "Questo articolo è stato aggiornato il 20 novembre 2026."),
    ("sv", "Den här artikeln har uppdaterats 20 november 2026"),
    ("pl", "Artykuł został zaktualizowany 20 listopada 2026."),
    ("ru", "Статья была обновлена 20 ноября 2026 года."),
    ("tr", "Bu haber 20 Kasım 2026 tarihinde güncellendi."),
    ("zh", "本文于2026年11月20日更新。"),
    ("ja", "この記事は2026年11月20日に更新されました。"),
    ("ar", "تم تحديث هذا المقال في 20 نوفمبر 2026"),
]
CHANGES = [
    ("en", "This article was updated on 20 November to include a comment from the ministry."),
    ("en", "This story was amended on 20 November 2026 because it misstated the age of the ferry."),
    ("en", "The story was updated on stage."),
    ("de", "Dieser Artikel wurde am 20. November aktualisiert, um eine Stellungnahme zu ergänzen."),
    ("fr", "Cet article a été mis à jour le 20 novembre 2026 avec la réaction du ministère."),
    ("nl", "Dit artikel is op 20 november bijgewerkt met een reactie."),
    ("ru", "Статья была обновлена 20 ноября 2026 года: добавлен ответ министерства."),
    ("zh", "本文于2026年11月20日更新，加入了部门的答复。"),
]
TOLD = [
    "20 November",
    "The first was on 20 May",
    "The exhibition opened on 3 May 2025 in Porto.",
    "Born 12 March 1991, died 3 November 2026",
    "20 November 2026: the council approves the plan",
    "Published 20 years ago, it is read again",
    "It was published on 20 November 2026 and nobody read it",
    "PORTO, 20 November 2026",
    "Today",
    "10:07",
    "Published",
    "",
]


@pytest.mark.parametrize(("language", "line"), STAMPS)
def test_a_line_that_tells_when(language: str, line: str) -> None:
    assert is_stamp(line, language, ["Nora Quill"])
    assert read(f"<p>{line}</p>", lang=language)["text"].startswith("Paragraph 0")


@pytest.mark.parametrize(("language", "line"), NOTES)
def test_a_sentence_that_tells_when_alone(language: str, line: str) -> None:
    assert read("", lang=language, text=f"{TEXT}<p>{line}</p>")["text"].endswith("morning.")


@pytest.mark.parametrize(("language", "line"), CHANGES)
def test_a_note_that_tells_what_was_changed_is_text(language: str, line: str) -> None:
    assert read("", lang=language, text=f"{TEXT}<p>{line}</p>")["text"].endswith(line)


@pytest.mark.parametrize("line", TOLD)
def test_what_tells_more_or_nothing_is_none(line: str) -> None:
    assert not is_stamp(line, "en", ["Nora Quill"])


def test_under_the_text_only_with_a_label() -> None:
    def last(line: str) -> str:
        body = f"<article><h1>The ferry of the lagoon</h1>{TEXT}<p>{line}</p></article>"
        return str(read_page(f"<html lang=en><body>{body}</body></html>".encode())["text"]).rpartition("\n")[2]

    assert last("Last updated 21 November 2026, 10:00").startswith("Paragraph 4")
    assert last("Our Standards: The Thomson Trust Principles.").startswith("Paragraph 4")
    assert last("21 November 2026") == "21 November 2026"
    assert last("The next one leaves on 21 November 2026.").startswith("The next one")
