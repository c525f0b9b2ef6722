"""The owner tries a bot on the page at their own machine, looks inside and takes a test away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.page import opened
from tests.servers.chromium import chromium
from tests.servers.easyflow import EasyFlow


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def test_the_owner_looks_inside_and_takes_the_talk_away_as_a_test(
    browser: Browser, tmp_path: Path
) -> None:
    with EasyFlow(tmp_path / "data") as server:
        chat = await opened(browser, server, accept_downloads=True)
        page = chat.page
        await page.locator("#inside-toggle").click()
        await chat.press("Оформить возврат")
        await chat.hears("Какой заказ возвращаем?")
        await chat.write("12344")
        await chat.hears("Что случилось?")
        await chat.press("Передумал")
        await chat.hears("По какому номеру")
        await expect(page.locator("#inside-state")).to_contain_text("return_order · phone")
        await expect(page.locator("#inside-variables")).to_contain_text("reasonПередумал")
        await expect(page.locator("#inside-trace")).to_contain_text("12344принято как ответ")

        await page.locator("#inside-name").fill("Возврат: начало")
        async with page.expect_download() as downloading:
            await page.locator("#inside-form button").click()
        await expect(page.locator("#inside-told")).to_contain_text("проверка сходится")
        download = await downloading.value
        assert download.suggested_filename == "возврат_начало.test.yaml"
        taken = tmp_path / "taken.yaml"
        await download.save_as(taken)
        text = taken.read_text(encoding="utf-8")
        assert "  - client: {press: Передумал}\n" in text
        assert "  marketplace.order:\n" in text
        assert chat.complaints == []


async def test_a_customer_of_a_public_address_sees_nothing_of_it(
    browser: Browser, tmp_path: Path
) -> None:
    with EasyFlow(tmp_path / "data", public_url="https://bots.example.com") as server:
        chat = await opened(browser, server)
        await chat.hears("Чем помочь?")
        await expect(chat.page.locator("#inside-toggle")).to_be_hidden()
        found = await chat.page.evaluate("fetch('/web/inside?bot=shop').then(r => r.json())")
        assert found == {"owner": False}
        status = await chat.page.evaluate(
            "fetch('/web/record?bot=shop', {method: 'POST'}).then(r => r.status)"
        )
        assert status == 403
