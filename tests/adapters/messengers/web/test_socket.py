"""The socket over a real server: hello, acknowledgements, history, limits."""

import hashlib

import pytest
from websockets.exceptions import InvalidStatus

from adapters.messengers.web.neighbours import SOCKETS
from adapters.messengers.web.wire import Limits
from bots.model.message import Address
from tests.adapters.messengers.web.conftest import Open, Page, eventually


def address_of(token: str, bot: str = "shop") -> Address:
    return Address(1, bot, "web", hashlib.sha256(token.encode()).hexdigest()[:32])


async def test_a_new_visitor_gets_a_token_and_the_list_of_bots(page: Page) -> None:
    visitor = await page.visitor()
    welcome = await visitor.hello(bot=None)
    assert len(welcome["token"]) == 43
    assert welcome["bot"]["title"] == "Магазин «Ромашка»"
    assert [bot["name"] for bot in welcome["bots"]] == ["shop", "salon"]
    assert (welcome["history"], welcome["seen"], welcome["owner"]) == ([], 0, "bot")


async def test_a_message_is_acknowledged_and_answered(page: Page) -> None:
    visitor = await page.visitor()
    welcome = await visitor.hello(language="en-GB")
    await visitor.send(type="message", id="a1", text="привет")
    frames = await visitor.until("taken")
    assert [frame["type"] for frame in frames] == ["said", "said", "taken"]
    assert frames[0]["message"]["id"] == frames[2]["id"] == "a1"
    assert frames[1]["message"]["text"] == "Вы сказали: привет"
    taken = page.bot.taken[0]
    assert taken.address == address_of(welcome["token"])
    assert taken.profile == {"language": "en"}


async def test_the_same_message_sent_twice_is_acknowledged_twice_and_answered_once(
    page: Page,
) -> None:
    visitor = await page.visitor()
    await visitor.hello()
    for _ in range(2):
        await visitor.send(type="message", id="a1", text="привет")
        await visitor.until("taken")
    assert len(page.bot.taken) == 1


async def test_what_could_not_be_kept_is_to_be_sent_later(page: Page) -> None:
    visitor = await page.visitor()
    await visitor.hello()
    page.bot.away = True
    await visitor.send(type="message", id="a1", text="привет")
    assert await visitor.receive() == {"type": "later", "id": "a1"}
    page.bot.away = False
    await visitor.send(type="message", id="a1", text="привет")
    assert (await visitor.until("taken"))[-1]["id"] == "a1"


async def test_nonsense_is_refused_and_the_conversation_goes_on(page: Page) -> None:
    visitor = await page.visitor()
    await visitor.hello()
    await visitor.send(type="message", id="a1", text="")
    refused = await visitor.receive()
    assert (refused["type"], refused["id"], refused["field"]) == ("refused", "a1", "text")
    await visitor.send(type="ping")
    assert await visitor.receive() == {"type": "pong"}


async def test_the_history_comes_again_and_after_a_break_only_what_is_new(page: Page) -> None:
    visitor = await page.visitor()
    token = (await visitor.hello())["token"]
    await visitor.send(type="message", id="a1", text="раз")
    await visitor.until("taken")
    whole = await (await page.visitor()).hello(token=token)
    assert [message["text"] for message in whole["history"]] == ["раз", "Вы сказали: раз"]
    assert whole["reset"]
    news = await (await page.visitor()).hello(token=token, last=1)
    assert [message["seq"] for message in news["history"]] == [2]
    assert not news["reset"]
    nothing = await (await page.visitor()).hello(token=token, last=2)
    assert (nothing["history"], nothing["reset"]) == ([], False)


async def test_a_gap_wider_than_the_tail_begins_anew(open_page: Open) -> None:
    page = await open_page(limits=Limits(history=3))
    visitor = await page.visitor()
    token = (await visitor.hello())["token"]
    page.bot.tell(address_of(token), *({"text": str(n)} for n in range(1, 11)))
    welcome = await (await page.visitor()).hello(token=token, last=4)
    assert [message["seq"] for message in welcome["history"]] == [8, 9, 10]
    assert welcome["reset"]


async def test_older_messages_are_given_page_by_page(open_page: Open) -> None:
    page = await open_page(limits=Limits(history=4))
    visitor = await page.visitor()
    token = (await visitor.hello())["token"]
    page.bot.tell(address_of(token), *({"text": str(n)} for n in range(1, 11)))
    visitor = await page.visitor()
    await visitor.hello(token=token)
    pages = {7: [3, 4, 5, 6], 3: [1, 2], 1: [], 99: [7, 8, 9, 10], None: [], "x": []}
    for before, expected in pages.items():
        await visitor.send(type="earlier", before=before)
        frame = await visitor.receive()
        assert [message["seq"] for message in frame["history"]] == expected
    stranger = await page.visitor()
    await stranger.hello()
    await stranger.send(type="earlier", before=7)
    assert await stranger.receive() == {"type": "earlier", "history": []}


async def test_a_page_that_saw_what_we_lost_begins_anew(page: Page) -> None:
    welcome = await (await page.visitor()).hello(last=7)
    assert welcome["reset"]


async def test_two_tabs_see_the_same_and_a_stranger_sees_nothing(page: Page) -> None:
    first, second, stranger = [await page.visitor() for _ in range(3)]
    token = (await first.hello())["token"]
    await second.hello(token=token)
    await stranger.hello()
    await first.send(type="message", id="a1", text="привет")
    assert (await second.receive())["message"]["id"] == "a1"
    assert (await second.receive())["message"]["text"] == "Вы сказали: привет"
    await stranger.send(type="ping")
    assert await stranger.receive() == {"type": "pong"}


async def test_one_token_opens_one_conversation_per_bot(page: Page) -> None:
    first, second = await page.visitor(), await page.visitor()
    token = (await first.hello())["token"]
    await first.send(type="message", id="a1", text="привет")
    await first.until("taken")
    assert (await second.hello(token=token, bot="salon"))["history"] == []
    await second.send(type="message", id="a1", text="привет")
    await second.until("taken")
    assert [message.address.bot for message in page.bot.taken] == ["shop", "salon"]


async def test_the_page_hears_who_answers_now(page: Page) -> None:
    visitor = await page.visitor()
    token = (await visitor.hello())["token"]
    page.bot.tell(address_of(token), {"text": "Зову коллегу"}, owner="queue")
    assert (await visitor.receive())["owner"] == "queue"
    page.bot.tell(address_of(token), owner="operator")
    assert await visitor.receive() == {"type": "owner", "owner": "operator"}
    assert (await (await page.visitor()).hello(token=token))["owner"] == "operator"


async def test_a_bot_that_is_gone_may_be_chosen_again(page: Page) -> None:
    visitor = await page.visitor()
    refusal = await visitor.hello(bot="gone")
    assert refusal["type"] == "unknown_bot"
    assert [bot["name"] for bot in refusal["bots"]] == ["shop", "salon"]
    assert (await visitor.hello(bot="salon"))["bot"]["name"] == "salon"


@pytest.mark.parametrize("token", ["short", "a" * 500, "'; drop table --" * 3, 5, ["a"]])
async def test_a_token_that_is_none_of_ours_is_replaced(page: Page, token: object) -> None:
    welcome = await (await page.visitor()).hello(token=token)
    assert len(welcome["token"]) == 43
    assert welcome["token"] != token


# ---------------------------------------------------------------- who may not


async def test_another_site_may_not_open_the_socket(open_page: Open) -> None:
    page = await open_page(origins=["https://shop.example"])
    for origin in ("https://evil.example", "null", f"http://{page.host}.evil.example"):
        with pytest.raises(InvalidStatus) as refusal:
            await page.visitor(origin=origin)
        assert refusal.value.response.status_code == 403
    for origin in (page.base, "https://shop.example"):
        assert (await (await page.visitor(origin=origin)).hello())["type"] == "welcome"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type": "message", "id": "a", "text": "x"}', 1008),
        ("not json", 1008),
        ("[1]", 1008),
        (b"\x00\x01", 1008),
        ('{"type": "hello", "token": "' + "a" * 70_000 + '"}', 1009),
    ],
)
async def test_what_is_no_hello_ends_it(page: Page, frame: str | bytes, code: int) -> None:
    visitor = await page.visitor()
    await visitor.wire.send(frame)
    assert await visitor.closed() == code


async def test_who_says_nothing_is_not_waited_for(open_page: Open) -> None:
    page = await open_page(limits=Limits(hello=0.05, idle=0.05))
    silent, idle = await page.visitor(), await page.visitor()
    assert await silent.closed() == 1001
    page = await open_page(limits=Limits(idle=0.05))
    idle = await page.visitor()
    await idle.hello()
    assert await idle.closed() == 1001


async def test_who_talks_too_fast_is_cut_off(open_page: Open) -> None:
    # The clock of the server runs on; so many frames in one second are beyond any tab.
    page = await open_page(limits=Limits(per_second=5))
    visitor = await page.visitor()
    await visitor.hello()
    for _ in range(400):
        await visitor.send(type="ping")
    assert await visitor.closed() == 1008


async def test_who_does_not_read_is_closed_and_nobody_else_waits(open_page: Open) -> None:
    page = await open_page(limits=Limits(send=0.2))
    deaf = await page.visitor(max_queue=1, compression=None)
    token = (await deaf.hello())["token"]
    lively = await page.visitor()
    other = address_of((await lively.hello())["token"])
    for n in range(400):
        page.bot.tell(address_of(token), {"text": "x" * 60_000})
        page.bot.tell(other, {"text": str(n)})
        assert (await lively.receive())["message"]["text"] == str(n)
    await eventually(lambda: not page.bot.hub.present(address_of(token)))
    deaf.wire.transport.abort()


@pytest.mark.parametrize("id", ["[" * 600 + "]" * 600, '"' + "a" * 60_000 + '"', "{}", "null"])
async def test_what_is_no_id_is_not_sent_back(page: Page, id: str) -> None:
    visitor = await page.visitor()
    await visitor.hello()
    await visitor.wire.send(f'{{"type": "message", "text": "привет", "id": {id}}}')
    refused = await visitor.receive()
    assert (refused["type"], refused["id"], refused["field"]) == ("refused", None, "id")


async def test_one_address_opens_only_so_many_sockets(page: Page) -> None:
    one = {"X-Forwarded-For": "93.184.216.34"}
    for _ in range(SOCKETS):
        last = await page.visitor(additional_headers=one)
    with pytest.raises(InvalidStatus):
        await page.visitor(additional_headers=one)
    other = await page.visitor(additional_headers={"X-Forwarded-For": "93.184.216.35"})
    assert (await other.hello())["type"] == "welcome"
    await last.wire.close()
    assert (await (await page.visitor(additional_headers=one)).hello())["type"] == "welcome"
