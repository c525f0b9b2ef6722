"""The owner looks at the flows on the page of the real server, while customers talk to the bot."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.servers.chromium import chromium
from tests.servers.easyflow import KEY, ROOT, EasyFlow

expect.set_options(timeout=60_000)

CHAT = "/api/v1/conversation/chat"


@pytest.fixture
def bots(tmp_path: Path) -> Path:
    folder = tmp_path / "bots"
    shutil.copytree(ROOT / "config" / "bots", folder)
    return folder


@pytest.fixture
def server(tmp_path: Path, bots: Path) -> Iterator[EasyFlow]:
    with EasyFlow(tmp_path / "data", bots=bots) as server:
        yield server


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


class Flows:
    """The page as an owner uses it. Whatever the browser complains about is in `complaints`."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._told)

    def _told(self, message: object) -> None:
        text = getattr(message, "text", "")
        # A 401 is what makes the page ask for the key.
        if getattr(message, "type", "") == "error" and "401" not in text:
            self.complaints.append(text)

    async def open(self, about: str = "bot=shop") -> None:
        await self.page.goto(f"{self.base}/flows?{about}")

    async def waiting(self, step: str) -> str:
        badge = self.page.locator(f'.node.step[data-step="{step}"] .badge.waiting text')
        await expect(badge).to_be_visible()
        return await badge.text_content() or ""


async def opened(browser: Browser, base: str, about: str = "bot=shop", **options: object) -> Flows:
    settings: dict[str, object] = {"locale": "ru-RU", **options}
    context = await browser.new_context(**settings)  # type: ignore[arg-type]
    flows = Flows(await context.new_page(), base)
    await flows.open(about)
    return flows


def customer_says(server: EasyFlow, who: str, *texts: str) -> None:
    for text in texts:
        body = {
            "message": text,
            "user_id": who,
            "session_id": who,
            "platform": "web",
            "context": {"bot": "shop"},
        }
        status, _ = server.call("POST", CHAT, body)
        assert status == 200


async def test_an_owner_sees_who_waits_where_and_how_questions_fare(
    browser: Browser, server: EasyFlow
) -> None:
    customer_says(server, "anna", "/return", "12344", "Брак")
    customer_says(server, "boris", "/return", "скоро", "отмена")
    flows = await opened(browser, server.base)
    page = flows.page
    await expect(
        page.locator(".node.step[data-flow=return_order] .badge.waiting text")
    ).to_have_text("1")
    await page.locator("#list button", has_text="return_order").click()
    assert await flows.waiting("photos") == "1"
    await page.locator('.node.step[data-step="number"] > .title').click()
    panel = page.locator("#panel")
    await expect(panel).to_contain_text(re.compile(r"flows/return_order\.yaml:\d+"))
    await expect(panel).to_contain_text("Какой заказ возвращаем?")
    lines = panel.locator(".line")
    await expect(lines.filter(has_text="Спросили")).to_contain_text("2")
    await expect(lines.filter(has_text="Ответили")).to_contain_text("50 %")
    await expect(lines.filter(has_text="Ушли")).to_contain_text("50 %")
    await expect(panel).to_contain_text("Ответов не подошло: 1")
    assert flows.complaints == []


async def test_figures_and_new_versions_come_by_themselves(
    browser: Browser, server: EasyFlow, bots: Path
) -> None:
    flows = await opened(browser, server.base, "bot=shop&flow=return_order")
    await expect(flows.page.locator('.node.step[data-step="number"]')).to_be_visible()
    place = await flows.page.locator("#canvas").get_attribute("style")
    customer_says(server, "anna", "/return")
    assert await flows.waiting("number") == "1"
    file = bots / "shop" / "flows" / "return_order.yaml"
    text = file.read_text("utf-8").replace("Что случилось?", "Что стряслось?")
    file.write_text(text, "utf-8")
    await expect(flows.page.locator(".row.ask", has_text="Что стряслось?")).to_be_visible()
    assert await flows.page.locator("#canvas").get_attribute("style") == place
    assert flows.complaints == []


async def test_a_step_is_found_and_a_call_leads_to_its_flow(
    browser: Browser, server: EasyFlow
) -> None:
    flows = await opened(browser, server.base, "bot=shop&flow=menu")
    page = flows.page
    await page.locator(".node.flow[data-flow=return_order]").click()
    await expect(page).to_have_url(re.compile("flow=return_order"))
    await page.keyboard.press("/")
    await page.keyboard.type("что случилось")
    # The picture may still be on its way: it is looked through when it is there.
    await expect(page.locator("#found [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel h2")).to_have_text("reason")
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await page.go_back()
    await expect(page.locator('#list button[aria-current="true"]')).to_contain_text("menu")


async def test_the_picture_is_moved_by_wheel_keys_and_buttons(
    browser: Browser, server: EasyFlow
) -> None:
    flows = await opened(browser, server.base, "bot=shop&flow=return_order")
    page = flows.page
    svg = page.locator("#canvas svg")
    await expect(svg).to_be_visible()

    async def wide() -> float:
        box = await svg.bounding_box()
        assert box is not None
        return box["width"]

    before = await wide()
    await page.locator("#nearer").click()
    nearer = await wide()
    assert nearer > before
    await page.locator("#stage").hover()
    await page.mouse.wheel(0, 300)
    assert await wide() < nearer
    await page.locator("#stage").focus()
    await page.keyboard.press("0")
    stage = await page.locator("#stage").bounding_box()
    whole = await svg.bounding_box()
    assert stage is not None
    assert whole is not None
    assert whole["height"] <= stage["height"]
    left = whole["x"]
    await page.keyboard.press("ArrowRight")
    moved = await svg.bounding_box()
    assert moved is not None
    assert moved["x"] < left


async def test_a_stranger_is_asked_for_a_key_once(browser: Browser, server: EasyFlow) -> None:
    server.stop()
    server.set(public_url="http://127.0.0.1")
    server.start()
    flows = await opened(browser, server.base, "bot=shop&flow=menu")
    page = flows.page
    await expect(page.locator("#key")).to_be_visible()
    assert await page.locator("#canvas svg").count() == 0
    await page.locator("#key-input").fill("sk_live_wrong")
    await page.keyboard.press("Enter")
    await expect(page.locator("#key-wrong")).to_contain_text("не подходит")
    await page.locator("#key-input").fill(KEY)
    await page.keyboard.press("Enter")
    await expect(page.locator(".node.step")).to_have_count(2)
    await page.reload()
    await expect(page.locator(".node.step")).to_have_count(2)
    await expect(page.locator("#key")).to_be_hidden()
    assert KEY not in page.url


async def test_every_word_of_a_picture_fits_its_box_on_a_phone_too(
    browser: Browser, server: EasyFlow
) -> None:
    flows = await opened(
        browser,
        server.base,
        "bot=shop&flow=return_order",
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    page = flows.page
    await expect(page.locator("#canvas svg")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    for bot in ("shop", "salon"):
        for name in await page.evaluate(
            "fetch('/flows/data/bots').then(r => r.json())"
            f".then(b => b.bots.find(o => o.name === '{bot}').flows.map(f => f.name))"
        ):
            await flows.open(f"bot={bot}&flow={name}")
            await expect(page.locator("#canvas svg")).to_be_visible()
            spilled = await page.evaluate(
                """() => [...document.querySelectorAll('.node')].flatMap(node => {
                  const box = node.querySelector('.box').getBoundingClientRect();
                  return [...node.querySelectorAll('text:not(.figure):not(.badge *)')].filter(text => {
                    const own = text.getBoundingClientRect();
                    return own.right > box.right - 1 || own.left < box.left;
                  }).map(text => text.textContent);
                })"""
            )
            assert spilled == []
    await page.locator(".node.step > .title").first.tap()
    await expect(page.locator("#panel")).to_be_visible()
