"""Walls are refused in the languages that news is written in; an article that tells of one is an article."""

import pytest

from pipeline.errors import Rejected
from pipeline.sources.html import read_page
from tests.sources.test_pages import jsonld, page

BEGINNING = "<p>The ferry sails from Monday on, the harbour office said, and it will sail every day of the year.</p>"
DATED = "<meta property=og:type content=article><meta property=article:published_time content=2026-03-02T08:00:00Z>"


def refusal(head: str, body: str) -> str:
    with pytest.raises(Rejected) as caught:
        read_page(page(head, body))
    return str(caught.value)


@pytest.mark.parametrize(
    "wall",
    [
        "Sign in or subscribe to keep reading",
        "The rest of this article is reserved for our subscribers.",
        "Melden Sie sich an, um diesen Artikel zu lesen",
        "Exklusiv für Abonnenten",
        "Abonnez-vous pour lire la suite",
        "Este artículo es solo para suscriptores",
        "Esta matéria é restrita a assinantes",
        "L'articolo è disponibile solo per gli abbonati",
        "Neem een abonnement om verder te lezen",
        "Denne artikel er kun for abonnenter",
        "Den här artikeln är låst för prenumeranter",
        "Tämä juttu on vain tilaajille",
        "Zaloguj się, aby czytać dalej",
        "Tento článek je určen pouze pro předplatitele",
        "Щоб читати далі, оформіть передплату",
        "Подпишитесь, чтобы дочитать материал",
        "Devamını okumak için abone olun",
        "Acest articol este disponibil doar pentru abonați",
        "Ez a cikk csak előfizetőknek elérhető",
        "Γίνετε συνδρομητής για να συνεχίσετε την ανάγνωση",
        "هذا المقال متاح للمشتركين فقط",
        "להמשך קריאה הצטרפו כמנויים",
        "برای خواندن ادامه مطلب وارد شوید",
        "आगे पढ़ने के लिए सदस्यता लें",
        "Artikel ini khusus untuk pelanggan",
        "Đăng ký để đọc tiếp",
        "订阅后继续阅读全文",
        "この記事は有料会員限定です",
        "이 기사는 구독자 전용입니다",
    ],
)
def test_a_text_that_ends_at_a_paywall_is_a_beginning(wall: str) -> None:
    for body in (f"<article><h1>Ferry</h1>{BEGINNING}<p>{wall}</p></article>", f"{BEGINNING}<div>{wall}</div>"):
        assert refusal(jsonld(headline="Ferry"), body).startswith("paywall: the page says")


@pytest.mark.parametrize(
    "offer",
    [
        "Log in to read the full story",
        "Kostenlos registrieren und weiterlesen",
        "Lisez la suite en vous abonnant",
        "Hazte socio y sigue leyendo",
        "Faça login para continuar lendo",
        "Continua a leggere con un abbonamento",
        "Lees verder met een abonnement",
        "Log ind for at læse artiklen",
        "Logga in för att läsa hela artikeln",
        "Czytaj dalej w prenumeracie",
        "Pro čtení celého článku se přihlaste",
        "Дочитать статью можно по подписке",
        "Giriş yaparak okumaya devam edin",
        "Συνδεθείτε για να διαβάσετε ολόκληρο το άρθρο",
        "加入會員即可閱讀全文",
        "ログインして続きを読む",
        "로그인하면 전문을 볼 수 있습니다",
    ],
)
def test_a_short_sentence_that_sells_the_rest_is_a_paywalls(offer: str) -> None:
    head = "<meta property=og:type content=article>"
    assert refusal(head, f"<article><h1>Ferry</h1>{BEGINNING}<p>{offer}</p></article>").startswith("paywall")


def test_a_long_text_that_ends_at_a_paywall_is_a_teaser_without_its_sentence() -> None:
    part = "<p>Part {} of the story: the ferry sails from Monday on, and it will sail every day of the year.</p>"
    text = "".join(part.format(number) for number in range(12))
    wall = "<p>The rest of this article is for subscribers.</p><p>Already a subscriber? Sign in</p>"
    found = read_page(page(jsonld(headline="Ferry"), f"<article>{text}{wall}</article>"))
    assert found["completeness"] == "teaser"
    assert found["text"].endswith("every day of the year.")
    assert found["notes"] == ["cut off by a paywall: The rest of this article is for subscribers."]
    below = f"<article>{text}</article><div>Jetzt weiterlesen mit Tide+</div>"
    assert read_page(page(jsonld(headline="Ferry"), below))["completeness"] == "full"
    locked = page(jsonld(headline="Ferry", isAccessibleForFree=False), below)
    assert read_page(locked)["completeness"] == "teaser"


@pytest.mark.parametrize(
    "title",
    [
        "Oops! That page can’t be found.",
        "Error 404: this article is no longer available",
        "Fehler 404 – Seite nicht gefunden",
        "Oups ! Cette page n’existe plus",
        "Lo sentimos, página no encontrada",
        "Erro 404 - Página inexistente",
        "Errore 404: la pagina richiesta non esiste",
        "Helaas, deze pagina bestaat niet meer",
        "Sidan hittades inte",
        "Sivua ei löytynyt",
        "Nie znaleziono strony",
        "Stránka nenalezena",
        "Такої сторінки не існує",
        "Такой страницы нет",
        "Hata 404: Aradığınız sayfa bulunamadı",
        "Pagina nu există",
        "A keresett oldal nem található",
        "Η σελίδα δεν βρέθηκε",
        "لم يتم العثور على الصفحة",
        "העמוד לא קיים",
        "صفحه مورد نظر یافت نشد",
        "पेज नहीं मिला",
        "Halaman tidak ada",
        "Không tìm thấy trang",
        "抱歉，您访问的页面不存在",
        "ページが存在しません",
        "해당 페이지를 찾을 수 없습니다",
    ],
)
def test_an_error_page_is_told_by_all_of_its_title(title: str) -> None:
    body = f"<h1>{title}</h1>{BEGINNING}"
    assert refusal(f"<title>{title} | Tide</title>", body).startswith("error page: its title says")
    assert refusal(f"<title>Tide - {title}</title>", f"<h2>Tide</h2>{BEGINNING}").startswith("error page")


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, the page you were looking for has moved or no longer exists.",
        "Die von Ihnen gesuchte Seite wurde verschoben oder gelöscht. Bitte nutzen Sie die Suche.",
        "Désolés, la page que vous recherchez est introuvable ou a été déplacée.",
        "La página que busca ha sido eliminada o ha cambiado de dirección web.",
        "Запрашиваемая вами страница была удалена или никогда не существовала здесь.",
        "Przepraszamy, strona, której szukasz, została przeniesiona.",
        "Halaman yang Anda cari sudah dipindahkan ke alamat yang lain.",
        "您要查看的页面可能已被删除或已经更改了地址。",
        "お探しのページは移動または削除された可能性があります。",
    ],
)
def test_an_error_page_is_told_by_its_text(text: str) -> None:
    assert refusal("<title>Tide</title>", f"<h1>Tide</h1><p>{text}</p>").startswith("error page: it says")


@pytest.mark.parametrize(
    "text",
    [
        "We and our 31 partners store and access information on a device. Accept and continue",
        "Wir und unsere 31 Partner verarbeiten Ihre Daten. Akzeptieren und weiter",
        "Nous et nos 31 partenaires déposons des cookies sur votre appareil pour mesurer l’audience.",
        "Nosotros y nuestros 31 socios guardamos datos en tu dispositivo. Aceptar y continuar",
        "Nós e os nossos 31 parceiros guardamos dados no seu dispositivo. Aceitar tudo",
        "Utilizziamo i cookie per misurare il pubblico e mostrare annunci a chi legge.",
        "Este sitio web utiliza cookies para contar las visitas y mostrar anuncios.",
        "Bu site size reklam göstermek için çerezleri kullanıyor ve veri topluyor.",
        "Ten serwis należy do nas. Ta strona używa plików cookies, aby mierzyć ruch.",
        "Wij gebruiken op deze site cookies om te meten hoe vaak de pagina wordt gelezen.",
        "Vi og våre 31 partnere lagrer informasjon på enheten din for å vise annonser.",
        "My i nasi zaufani partnerzy przetwarzamy dane, aby wyświetlać reklamy w serwisie.",
        "Мы и наши партнёры храним данные на вашем устройстве, чтобы показывать рекламу.",
        "Biz ve 31 iş ortaklarımız cihazınızda veri saklıyoruz ve reklam gösteriyoruz.",
        "当社とパートナーはクッキーを使用して、この端末に情報を保存し、広告を表示します。",
    ],
)
def test_a_page_that_asks_for_consent_is_no_article(text: str) -> None:
    assert refusal("<title>Tide</title>", f"<h1>Tide</h1><p>{text}</p>").startswith("consent page: its text says")


@pytest.mark.parametrize(
    "text",
    [
        "Laden…",
        "Wird geladen …",
        "Chargement en cours…",
        "Cargando ...",
        "Ładowanie…",
        "Yükleniyor...",
        "加载中…",
        "読み込み中です",
    ],
)
def test_a_page_that_a_script_fills_is_no_article(text: str) -> None:
    assert refusal(f"<title>Ferry sails | Tide</title>{DATED}", f"<div id=app>{text}</div>").startswith(
        "page of a script"
    )


TOLD = "".join(
    f"<p>The {season} was spent on it, and {number} people took part in the work, the mayor of the town said.</p>"
    for season, number in (("spring", 20), ("summer", 30), ("autumn", 40))
)


@pytest.mark.parametrize(
    ("headline", "said"),
    [
        ("Page not found: a library looks for its oldest book", "“The page could not be found”, the librarian said."),
        ("Error 404: the bus that never came", "“Error 404” stood on its sign for all of the winter."),
        ("Access denied: the island without a road", "Nobody may come in, and nobody wants to go out."),
        ("Seite nicht gefunden: Wie ein Amt die Akten verlor", "Die Seite 12 wurde nie gefunden, sagte das Amt."),
        ("Página no encontrada: el archivo que ardió", "La página que falta ardió en 1931, dice el archivo."),
        ("Forbidden", "The film opens on Friday in forty cinemas, and it is the third of its kind."),
        ("The end of the cookie banner", "“We and our partners use cookies”, the banners say. They will go."),
        ("Das Ende der Cookie-Banner", "Künftig sollen Leser alle Cookies mit einem Klick ablehnen können."),
        ("Cookie settings change in May", "A bank that uses cookies must say so from May on, as the law has it."),
        ("A paywall opens", "“Subscribe to continue reading”, the page said, until the town paid for all of it."),
        ("Die Bezahlschranke fällt", "Bisher war der Artikel nur für Abonnenten zu lesen, nun ist er es für alle."),
        (
            "The library lends again",
            "Whoever has an account there may read the whole collection until the summer ends.",
        ),
        ("Readers leave", "The outlet asks readers to subscribe to continue reading, and few of them do."),
        ("Loading docks reopen", "Loading begins on Monday, and javascript is what steers the cranes."),
        ("Ta strona nie istnieje", "Tak nazywa się wystawa, którą otwarto w piątek w muzeum nad rzeką."),
    ],
)
def test_an_article_that_tells_of_a_wall_is_an_article(headline: str, said: str) -> None:
    for text in (f"<p>{said}</p>{TOLD}", f"{TOLD}<p>{said}</p>"):
        found = read_page(
            page(f"<title>{headline} | Tide</title>{DATED}", f"<article><h1>{headline}</h1>{text}</article>")
        )
        assert found["completeness"] == "full"


def test_the_labels_of_other_articles_are_no_paywall() -> None:
    cards = "".join(f"<p><a href=/{n}>The {n}. story of the winter</a></p>" for n in range(8))
    label = "<aside><span>Subscribers only</span></aside><div hidden>Subscribe to continue reading</div>"
    text = f"<article><h1>Ferry</h1>{TOLD}</article><div>{cards}</div><div>Subscribers only</div>{label}"
    assert read_page(page(jsonld(headline="Ferry"), text))["text"].endswith("the town said.")
