"""The page in a real browser: what it shows is only ever text, and nothing is lost on the way."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from playwright.async_api import Page as Tab

from adapters.messengers.web.wire import Limits
from bots.model.message import Attachment, Button, Keyboard
from tests.adapters.messengers.web.conftest import Open, Page, eventually
from tests.adapters.messengers.web.echo import MEDIA
from tests.servers.chromium import chromium

expect.set_options(timeout=60_000)

PHOTO = MEDIA / "hello.jpg"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def opened(browser: Browser, page: Page, **options: Any) -> Tab:
    context = await browser.new_context(locale="ru-RU", **options)
    tab = await context.new_page()
    await tab.goto(page.base)
    await expect(tab.locator(".choice").first).to_be_visible()
    return tab


async def write(tab: Tab, text: str) -> None:
    await tab.locator("#text").fill(text)
    await tab.keyboard.press("Enter")


async def test_a_fresh_page_is_greeted_once_and_shows_no_command(
    browser: Browser, page: Page
) -> None:
    tab = await opened(browser, page)
    await expect(tab.locator(".message")).to_have_count(2)
    second = await tab.context.new_page()
    await second.goto(page.base)
    await expect(second.locator(".message")).to_have_count(2)
    assert [message.text for message in page.bot.taken] == ["/start"]


async def test_while_the_visitor_writes_it_is_told_now_and_then(
    browser: Browser, page: Page
) -> None:
    tab = await opened(browser, page)
    await tab.locator("#text").press_sequentially("Где мой заказ")
    await eventually(lambda: len(page.bot.typed) > 0)
    assert set(page.bot.typed) == {page.bot.taken[0].address}
    assert len(page.bot.typed) < len("Где мой заказ")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine")).to_have_count(1)


async def test_texts_names_and_buttons_are_never_html(browser: Browser, page: Page) -> None:
    tab = await opened(browser, page)
    asked: list[str] = []
    tab.on("dialog", lambda dialog: asked.append(dialog.message))
    attack = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
    page.bot.tell(
        page.bot.taken[0].address,
        {
            "text": f"{attack} javascript:alert(3)",
            "keyboard": Keyboard(
                rows=(
                    (Button(text=attack, payload="p"),),
                    (Button(text="bad", url="javascript:alert(4)"),),
                    (Button(text="data", url="data:text/html,<script>alert(5)</script>"),),
                )
            ),
            "attachments": (
                Attachment(kind="document", ref="https://example.com/a.pdf", name=attack),
                Attachment(kind="photo", ref="https://example.invalid/<b>.jpg"),
            ),
        },
    )
    last = tab.locator(".theirs").last
    await expect(last.locator(".text")).to_have_text(f"{attack} javascript:alert(3)")
    await expect(last.locator(".file b")).to_have_text([attack])
    await expect(last.locator(".choice")).to_have_count(1)
    await expect(last.locator(".choice")).to_have_text(attack)
    assert await last.locator("script, .text img, .choice img, b img").count() == 0
    assert asked == []


async def test_addresses_in_texts_become_links_that_open_apart(
    browser: Browser, page: Page
) -> None:
    tab = await opened(browser, page)
    text = "См. (https://ru.wikipedia.org/wiki/Ромашка_(цветок)), www.example.com/a?b=1. a@b.ru!"
    page.bot.tell(page.bot.taken[0].address, {"text": text})
    links = tab.locator(".theirs .text a")
    await expect(links).to_have_count(3)
    assert await links.all_inner_texts() == [
        "https://ru.wikipedia.org/wiki/Ромашка_(цветок)",
        "www.example.com/a?b=1",
        "a@b.ru",
    ]
    assert await links.nth(1).get_attribute("href") == "https://www.example.com/a?b=1"
    assert await links.nth(2).get_attribute("href") == "mailto:a@b.ru"
    for link in await links.all():
        assert await link.get_attribute("target") == "_blank"
        assert "noopener" in (await link.get_attribute("rel") or "")
    await expect(tab.locator(".theirs .text").last).to_have_text(text)


async def test_pressing_marks_the_choice_and_it_stays_marked(browser: Browser, page: Page) -> None:
    tab = await opened(browser, page)
    await tab.locator(".choice", has_text="Где мой заказ").click()
    await expect(tab.locator(".mine .text")).to_have_text("📦 Где мой заказ")
    assert page.bot.taken[-1].button == "order"
    track = tab.locator("a.choice")
    await expect(track).to_have_attribute("href", "https://example.com/track/12345")
    await expect(track).to_have_attribute("target", "_blank")
    assert "noopener" in (await track.get_attribute("rel") or "")
    await tab.reload()
    await expect(tab.locator(".choice.chosen")).to_have_text("📦 Где мой заказ")


async def test_two_tabs_show_one_conversation(browser: Browser, page: Page) -> None:
    first = await opened(browser, page)
    second = await first.context.new_page()
    await second.goto(page.base)
    await expect(second.locator(".message")).to_have_count(2)
    await write(first, "из первой")
    await write(second, "из второй")
    for tab in (first, second):
        await expect(tab.locator(".theirs .text", has_text="из второй")).to_have_count(1)
        await expect(tab.locator(".mine")).to_have_count(2)
        await expect(tab.locator(".unsent")).to_have_count(0)


async def test_while_we_cannot_keep_messages_they_wait_in_order(
    browser: Browser, page: Page
) -> None:
    tab = await opened(browser, page)
    page.bot.away = True
    for n in range(3):
        await write(tab, f"сообщение {n}")
    await expect(tab.locator(".unsent")).to_have_count(3)
    page.bot.away = False
    await expect(tab.locator(".unsent")).to_have_count(0)
    written = [message.text for message in page.bot.taken if message.text != "/start"]
    assert written == ["сообщение 0", "сообщение 1", "сообщение 2"]


async def test_more_than_a_burst_of_messages_written_offline_all_arrive(
    browser: Browser, open_page: Open
) -> None:
    page = await open_page()
    tab = await opened(browser, page)
    reconnections: list[str] = []
    tab.on("websocket", lambda wire: reconnections.append(wire.url))
    page.bot.away = True
    for n in range(45):
        await write(tab, f"{n}")
    page.bot.away = False
    await expect(tab.locator(".unsent")).to_have_count(0)
    await eventually(lambda: len(page.bot.taken) == 46)
    assert [message.text for message in page.bot.taken[1:]] == [str(n) for n in range(45)]
    assert reconnections == []


async def test_photos_are_chosen_pasted_and_taken_back(browser: Browser, page: Page) -> None:
    tab = await opened(browser, page)
    await tab.locator("#files").set_input_files([PHOTO, PHOTO])
    await expect(tab.locator(".staged li:not(.staging)")).to_have_count(2)
    await tab.evaluate(
        """async () => {
            const drawing = Object.assign(document.createElement("canvas"), {width: 8, height: 8});
            const blob = await new Promise((done) => drawing.toBlob(done));
            const carried = new DataTransfer();
            carried.items.add(new File([blob], "pasted.png", {type: "image/png"}));
            const options = {clipboardData: carried, bubbles: true};
            document.getElementById("text").dispatchEvent(new ClipboardEvent("paste", options));
            dispatchEvent(new DragEvent("drop", {dataTransfer: carried}));
        }"""
    )
    await expect(tab.locator(".staged li:not(.staging)")).to_have_count(4)
    await tab.locator(".staged .away").first.click()
    await write(tab, "вот они")
    await expect(tab.locator(".mine .pictures .picture")).to_have_count(3)
    await expect(tab.locator(".theirs .text", has_text="photo, photo, photo")).to_be_visible()
    assert page.bot.taken[-1].text == "вот они"
    await tab.locator(".mine .picture").first.click()
    await expect(tab.locator("#photo-dialog")).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(tab.locator("#photo-dialog")).to_be_hidden()


async def test_a_file_that_cannot_be_sent_is_said_so(browser: Browser, page: Page) -> None:
    tab = await opened(browser, page)
    page_of_html = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"<html>hello</html>"}
    await tab.locator("#files").set_input_files(files=page_of_html)  # type: ignore[arg-type]
    await expect(tab.locator("#toast")).to_contain_text("Такой файл не отправить")
    await expect(tab.locator(".staged li")).to_have_count(0)


async def test_a_place_is_shared_when_the_browser_agrees(browser: Browser, page: Page) -> None:
    tab = await opened(
        browser,
        page,
        geolocation={"latitude": 55.75, "longitude": 37.61},
        permissions=["geolocation"],
    )
    await tab.locator(".choice", has_text="возврат").click()
    await tab.locator(".choice", has_text="где я").click()
    await expect(tab.locator(".theirs .text", has_text="location")).to_be_visible()
    assert page.bot.taken[-1].attachments[0].details == {"latitude": 55.75, "longitude": 37.61}


async def test_starting_over_leaves_the_old_conversation_behind(
    browser: Browser, page: Page
) -> None:
    tab = await opened(browser, page)
    await write(tab, "привет")
    await expect(tab.locator(".mine")).to_have_count(1)
    await tab.locator("#anew").click()
    await tab.locator("#anew-dialog .strong").click()
    await expect(tab.locator(".mine")).to_have_count(0)
    await expect(tab.locator(".message")).to_have_count(2)
    assert len({message.address for message in page.bot.taken}) == 2


async def test_the_page_can_be_used_with_keys_alone(browser: Browser, page: Page) -> None:
    tab = await opened(browser, page)
    await expect(tab.locator("#text")).to_be_focused()
    for _ in range(30):
        await tab.keyboard.press("Shift+Tab")
        if await tab.evaluate("document.activeElement.className") == "choice":
            break
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine")).to_have_count(1)
    await expect(tab.locator("#text")).to_be_focused()
    await tab.keyboard.type("первая")
    await tab.keyboard.press("Shift+Enter")
    await tab.keyboard.type("вторая")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".mine .text").last).to_have_text("первая\nвторая")
    log = tab.locator("#log")
    await expect(log).to_have_attribute("role", "log")
    await expect(log).to_have_attribute("aria-live", "polite")


async def test_typing_is_shown_until_the_answer_comes(browser: Browser, page: Page) -> None:
    tab = await opened(browser, page)
    page.bot.silent = True
    await write(tab, "подумай")
    await expect(tab.locator(".mine")).to_have_count(1)
    address = page.bot.taken[0].address
    page.bot.hub.typing(address)
    await expect(tab.locator("#typing")).to_be_visible()
    await expect(tab.locator("#state")).to_have_text("Печатает…")
    page.bot.tell(address, {"text": "Готово"})
    await expect(tab.locator("#typing")).to_be_hidden()
    await expect(tab.locator("#state")).to_have_text("На связи")


async def test_scrolling_up_brings_older_messages_without_a_jump(
    browser: Browser, open_page: Open
) -> None:
    page = await open_page(limits=Limits(history=40))
    tab = await opened(browser, page)
    page.bot.tell(page.bot.taken[0].address, *({"text": f"строка {n}"} for n in range(100)))
    await expect(tab.locator(".text", has_text="строка 99")).to_be_visible()
    await tab.reload()
    await expect(tab.locator(".message")).to_have_count(40)
    await tab.locator("#scroll").evaluate("box => box.scrollTo(0, 10)")
    await expect(tab.locator(".message")).to_have_count(80)
    await expect(tab.locator(".text", has_text="строка 60")).to_be_in_viewport()
    await tab.locator("#scroll").evaluate("box => box.scrollTo(0, 0)")
    await expect(tab.locator(".message")).to_have_count(102)
    texts = await tab.locator(".message .text").all_inner_texts()
    assert texts[2:] == [f"строка {n}" for n in range(100)]


async def test_a_correction_takes_the_place_of_the_words_also_after_a_reload(
    browser: Browser, page: Page
) -> None:
    tab = await opened(browser, page)
    address = page.bot.taken[0].address
    page.bot.tell(address, {"text": "Приедем завтра", "author": "operator"})
    said = page.bot.records[address][-1]
    await expect(tab.get_by_text("Приедем завтра")).to_be_visible()
    count = await tab.locator(".message").count()
    page.bot.tell(
        address, {"text": "Приедем в среду", "author": "operator", "replaces": said.message_id}
    )
    await expect(tab.get_by_text("Приедем в среду")).to_be_visible()
    await expect(tab.get_by_text("изменено")).to_be_visible()
    await expect(tab.get_by_text("Приедем завтра")).to_have_count(0)
    await expect(tab.locator(".message")).to_have_count(count)
    await tab.reload()
    await expect(tab.get_by_text("Приедем в среду")).to_be_visible()
    await expect(tab.get_by_text("Приедем завтра")).to_have_count(0)
    await expect(tab.locator(".message")).to_have_count(count)
