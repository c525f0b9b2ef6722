"""The chat page in a browser, as a customer uses it."""

from playwright.async_api import Browser, Page, expect

from tests.servers.easyflow import EasyFlow


class Chat:
    """The page as a customer uses it. Whatever the browser complains about is in `complaints`."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )

    async def open(self, bot: str = "shop") -> None:
        await self.page.goto(f"{self.base}/?bot={bot}")

    async def write(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")

    async def press(self, label: str) -> None:
        await self.page.locator(".message:not(.spent) .choice", has_text=label).last.click()

    async def hears(self, text: str) -> None:
        await expect(self.page.locator(".theirs .text", has_text=text).last).to_be_visible()

    async def texts(self) -> list[str]:
        """All that was said and is on the page, in order; a photo without words is empty."""
        read = """items => items.map(item => item.querySelector('.text')?.textContent ?? '')"""
        texts: list[str] = await self.page.locator(".message").evaluate_all(read)
        return texts


async def opened(browser: Browser, server: EasyFlow, bot: str = "shop", **options: object) -> Chat:
    settings: dict[str, object] = {"locale": "ru-RU", **options}
    context = await browser.new_context(**settings)  # type: ignore[arg-type]
    chat = Chat(await context.new_page(), server.base)
    await chat.open(bot)
    return chat
