"""What a customer sees and sends on the page: albums, cards, marks, pages, files of every kind."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.florist import florist
from tests.e2e.page import Chat, opened
from tests.servers.chromium import chromium
from tests.servers.easyflow import ROOT, EasyFlow

PHOTO = ROOT / "config" / "bots" / "shop" / "media" / "hello.jpg"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    folder = tmp_path_factory.mktemp("florist")
    with EasyFlow(folder / "data", bots=florist(folder / "bots"), reload="false") as server:
        yield server


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def florists(browser: Browser, server: EasyFlow, **options: object) -> Chat:
    chat = await opened(browser, server, "florist", **options)
    await chat.hears("Как вас зовут?")
    return chat


async def test_an_album_is_a_grid_to_look_through(browser: Browser, server: EasyFlow) -> None:
    chat = await florists(browser, server)
    pictures = chat.page.locator(".pictures .picture")
    await expect(pictures).to_have_count(3)
    # As they lie in the message, which itself is on the move while it appears.
    wide, left, right = await pictures.evaluate_all(
        "all => all.map(one => ({top: one.offsetTop, width: one.offsetWidth}))"
    )
    assert wide["width"] > 2 * left["width"] - 2
    assert left["top"] == right["top"] > wide["top"]
    await pictures.nth(1).click()
    large = chat.page.locator("#photo-large")
    await expect(large).to_have_attribute("src", f"{server.base}/media/florist/b.jpg")
    await chat.page.keyboard.press("ArrowRight")
    await expect(large).to_have_attribute("src", f"{server.base}/media/florist/a.jpg")
    await expect(chat.page.locator("#photo-after")).to_be_hidden()
    await chat.page.keyboard.press("Escape")
    await expect(chat.page.locator("#photo-dialog")).to_be_hidden()
    assert chat.complaints == []


async def test_cards_are_swiped_and_their_buttons_stay_good(
    browser: Browser, server: EasyFlow
) -> None:
    chat = await florists(browser, server, **PHONE)
    cards = chat.page.locator(".card")
    await expect(cards).to_have_count(3)
    assert await chat.page.evaluate("document.documentElement.scrollWidth") == 390
    row = chat.page.locator(".cards")
    assert await row.evaluate("row => row.scrollWidth > row.clientWidth")
    await cards.nth(1).scroll_into_view_if_needed()
    await chat.page.locator(".choice", has_text="Заказать маки").tap()
    await chat.hears("Оформляем маки")
    await chat.write("Анна")
    await chat.hears("Рады вам, Анна")
    await chat.page.reload()
    await chat.page.locator(".choice", has_text="Заказать ирисы").tap()
    await chat.hears("Оформляем ирисы")
    assert chat.complaints == []


async def test_marks_appear_where_the_buttons_stand(browser: Browser, server: EasyFlow) -> None:
    chat = await florists(browser, server)
    await chat.write("/extras")
    await chat.hears("Что добавить?")
    picked = chat.page.locator(".choice.picked:visible")
    await chat.press("Мишка")
    await expect(picked).to_have_text(["Мишка"])
    await chat.press("Лента")
    await expect(picked).to_have_text(["Лента", "Мишка"])
    await chat.page.reload()
    await expect(picked).to_have_text(["Лента", "Мишка"])
    await expect(chat.page.locator(".message:visible", has_text="Что добавить?")).to_have_count(1)
    await expect(chat.page.locator(".mine .text:visible")).to_have_text(["/extras"])
    await chat.press("Готово")
    await chat.hears("Добавим Лента, Мишка")
    assert chat.complaints == []


async def test_a_long_list_turns_its_pages_in_place(browser: Browser, server: EasyFlow) -> None:
    chat = await florists(browser, server)
    await chat.write("/list")
    await chat.hears("Какой цветок?")
    shown = chat.page.locator(".message:not(.spent) .buttons:visible .choice")
    await expect(shown).to_have_count(11)
    await chat.press("Ещё 3")
    await expect(shown).to_have_text(["Фрезия", "Нарцисс", "Сирень", "‹ К началу"])
    await chat.press("Сирень")
    await chat.hears("Взяли: Сирень")


async def test_a_button_of_an_answered_question_says_so(browser: Browser, server: EasyFlow) -> None:
    chat = await florists(browser, server)
    await chat.write("/list")
    await chat.hears("Какой цветок?")
    await chat.press("Лилия")
    await chat.hears("Взяли: Лилия")
    again = chat.page.locator(".theirs .text", has_text="Продолжим")
    await expect(again).to_have_count(1)
    await chat.page.reload()
    await chat.page.locator(".choice", has_text="Астра").click()
    await chat.hears("Эта кнопка уже не действует.")
    await expect(again).to_have_count(2)


async def test_files_of_every_kind_and_a_place_are_answers(
    browser: Browser, server: EasyFlow, tmp_path: Path
) -> None:
    film = tmp_path / "кино.mp4"
    film.write_bytes(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + b"\x00" * 99)
    voice = tmp_path / "голос.ogg"
    voice.write_bytes(b"OggS\x00\x02" + b"\x00" * 22 + b"\x01\x13OpusHead" + b"\x00" * 99)
    contract = tmp_path / "договор.pdf"
    contract.write_bytes(b"%PDF-1.7\n" + b"x" * 99)
    place = {"latitude": 55.75, "longitude": 37.6}
    chat = await florists(browser, server, geolocation=place, permissions=["geolocation"])
    await chat.write("/send")
    await chat.hears("Пришлите фото")
    await _attach(chat, contract)
    await chat.hears("фотограф")
    await _attach(chat, PHOTO)
    await chat.hears("Это photo")
    await chat.hears("Пришлите видео")
    await _attach(chat, film)
    await chat.hears("Скажите голосом")
    await _attach(chat, voice)
    await chat.hears("Пришлите файл")
    await _attach(chat, contract)
    await chat.hears("Файл договор.pdf")
    await chat.press("Отправить место")
    await chat.hears("Широта 55.8")
    assert chat.complaints == []


async def _attach(chat: Chat, path: Path) -> None:
    await chat.page.locator("#files").set_input_files(path)
    await expect(chat.page.locator("#send")).to_be_enabled()
    await chat.page.locator("#send").click()
