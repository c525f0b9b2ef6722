"""A customer talks to the example shop on the page of the real server, whatever happens to it."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.page import opened
from tests.servers.chromium import chromium
from tests.servers.easyflow import ROOT, EasyFlow

PHOTO = ROOT / "config" / "bots" / "shop" / "media" / "hello.jpg"
SLOW = 60_000

expect.set_options(timeout=SLOW)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EasyFlow]:
    with EasyFlow(tmp_path / "data", reload="false") as server:
        yield server


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def test_a_return_is_made_through_a_reload_a_power_cut_and_an_outage(
    browser: Browser, server: EasyFlow
) -> None:
    chat = await opened(browser, server)
    await chat.hears("помощница магазина «Ромашка»")
    await expect(chat.page.locator(".theirs .picture img").first).to_have_js_property(
        "complete", True
    )
    await chat.press("Оформить возврат")
    await chat.hears("Какой заказ возвращаем?")
    await chat.write("12344")
    await chat.hears("Что случилось?")
    before = await chat.texts()

    await chat.page.reload()
    await chat.hears("Что случилось?")
    assert await chat.texts() == before
    await chat.press("Брак")
    await chat.hears("Пришлите фото")

    server.kill()
    await expect(chat.page.locator("#banner")).to_be_visible()
    server.start()
    await expect(chat.page.locator("#banner")).to_be_hidden()
    await chat.page.locator("#files").set_input_files([PHOTO, PHOTO])
    await expect(chat.page.locator(".staged li:not(.staging)")).to_have_count(2)
    await chat.page.locator("#send").click()
    await expect(chat.page.locator(".mine .picture")).to_have_count(2)
    await chat.hears("По какому номеру")

    server.kill()
    await expect(chat.page.locator("#banner")).to_be_visible()
    await chat.press("Отправить мой номер")
    await chat.page.locator("#phone").fill("8 999 123-45-67")
    await chat.page.keyboard.press("Enter")
    await expect(chat.page.locator(".mine.unsent")).to_have_count(1)
    server.start()
    await chat.hears("телефон +7 999 123-45-67, фото: 2 шт.")
    await expect(chat.page.locator(".unsent")).to_have_count(0)
    await chat.press("Отправить")
    await chat.hears("Готово! Заявка №")
    await chat.press("5")

    texts = await chat.texts()
    assert len([text for text in texts if text.startswith("Готово! Заявка №")]) == 1
    assert len([text for text in texts if text.startswith("Проверьте, пожалуйста")]) == 1
    assert await chat.page.locator(".mine .file", has_text="+79991234567").count() == 1
    assert chat.complaints == []


async def test_what_was_written_offline_and_reloaded_arrives_once(
    browser: Browser, server: EasyFlow
) -> None:
    chat = await opened(browser, server)
    await chat.hears("Чем помочь?")
    await chat.page.context.set_offline(True)
    server.kill()
    await chat.write("Где мой заказ №12345?")
    await expect(chat.page.locator(".mine.unsent")).to_have_count(1)
    server.start()
    await chat.page.context.set_offline(False)
    await chat.page.reload()
    await chat.hears("Ваш заказ №12345 находится в пути")
    await chat.page.reload()
    await chat.hears("Ваш заказ №12345 находится в пути")
    texts = await chat.texts()
    assert texts.count("Где мой заказ №12345?") == 1
    assert len([text for text in texts if text.startswith("Ваш заказ №12345")]) == 1


async def test_a_double_tap_presses_one_button(browser: Browser, server: EasyFlow) -> None:
    chat = await opened(browser, server, viewport={"width": 390, "height": 844})
    await chat.page.locator(".choice", has_text="Оформить возврат").dblclick()
    await chat.hears("Какой заказ возвращаем?")
    await chat.write("12344")
    await chat.hears("Что случилось?")
    mine = await chat.page.locator(".mine .text").all_text_contents()
    assert mine == ["↩️ Оформить возврат", "12344"]


async def test_a_phone_speaks_english_and_changes_bots(browser: Browser, server: EasyFlow) -> None:
    chat = await opened(
        browser,
        server,
        locale="en-US",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    await chat.hears("Чем помочь?")
    await expect(chat.page.locator("#state")).to_have_text("Online")
    await expect(chat.page.locator("#text")).to_have_attribute("placeholder", "Message")
    width = await chat.page.evaluate("document.documentElement.scrollWidth")
    assert width == 390
    await chat.page.locator("#who").tap()
    await chat.page.locator(".bot", has_text="Лотос").tap()
    await expect(chat.page.locator("#title")).to_contain_text("Лотос")
    await expect(chat.page.locator(".theirs").first).to_be_visible()
    assert await chat.page.locator(".text", has_text="Ромашка").count() == 0
    assert chat.complaints == []


async def test_a_call_for_a_person_is_seen_in_the_header(
    browser: Browser, server: EasyFlow
) -> None:
    chat = await opened(browser, server)
    await chat.press("Позвать оператора")
    # Outside of working hours the bot asks for the question first.
    answer = chat.page.locator(".theirs .text").filter(has_text=re.compile("Зову|Оставьте вопрос"))
    await expect(answer.first).to_be_visible()
    if "Оставьте" in await answer.first.inner_text():
        await chat.write("Хочу поменять адрес доставки")
        await chat.hears("Записала")
    await expect(chat.page.locator("#state")).to_have_text("Ждём оператора")
    await chat.page.reload()
    await expect(chat.page.locator("#state")).to_have_text("Ждём оператора")
