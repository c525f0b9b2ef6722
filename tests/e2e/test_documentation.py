"""The documentation pages in a real browser: they show themselves, work, and load nothing foreign."""

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.servers.easyflow import KEY, EasyFlow

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EasyFlow]:
    data = tmp_path_factory.mktemp("documentation") / "data"
    with EasyFlow(data, default_bot="shop", log__level="warning") as running:
        yield running


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page; whatever it complains of or loads from elsewhere fails the test."""
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser_path, "Chromium is needed on the PATH (on Debian: apt install chromium)"
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        opened = await browser.new_page()
        opened.on("console", lambda said: complaints.append(said.text))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("request", lambda sent: complaints.extend(_foreign(sent.url)))
        yield opened
        await browser.close()
    assert complaints == []


def _foreign(url: str) -> list[str]:
    return [] if url.startswith(("http://127.0.0.1:", "data:", "blob:")) else [url]


async def test_a_chat_is_tried_out_in_the_interactive_documentation(
    server: EasyFlow, page: Page
) -> None:
    await page.goto(f"{server.base}/docs")
    await page.get_by_role("button", name="Authorize").first.click()
    await page.locator("input[type=text]").first.fill(KEY)
    await page.get_by_role("button", name="Apply credentials").first.click()
    await page.get_by_role("button", name="Close").first.click()
    chat = page.locator("[id$=easy_flow_conversation_chat]")
    await chat.get_by_role("button").first.click()
    await chat.get_by_role("button", name="Execute").click()
    await expect(chat.locator(".live-responses-table")).to_contain_text("order_inquiry")


async def test_the_reference_shows_every_chapter_and_finds_calls(
    server: EasyFlow, page: Page
) -> None:
    await page.goto(f"{server.base}/redoc")
    await expect(page.get_by_role("heading", name="Talk to the bot")).to_be_visible()
    await page.get_by_placeholder("Search...").fill("escalate")
    await expect(page.get_by_role("search")).to_contain_text("Hand a session to a person")
