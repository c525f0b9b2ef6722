"""The fake VK finds whatever VK's documentation forbids, and its own words are VK's."""

from collections.abc import Iterator
from typing import Any

import aiohttp
import orjson
import pytest

from tests.servers import vk_events
from tests.servers.specs_vk import VkSchema, schema_folder
from tests.servers.vk import GROUP, Vk
from tests.servers.vk_calls import EVENTS, METHODS, check_call
from tests.servers.vk_errors import Refused, Violation

TEXT: dict[str, Any] = {"action": {"type": "text", "label": "Да", "payload": "{}"}}
LINK: dict[str, Any] = {
    "action": {"type": "open_link", "label": "Сайт", "link": "https://example.com"}
}
APP: dict[str, Any] = {"action": {"type": "open_app", "label": "Игра", "app_id": 7}}
CARD: dict[str, Any] = {"title": "Чашка", "description": "900 ₽", "buttons": [TEXT]}
SEND = {"v": "5.199", "peer_id": "5", "random_id": "1", "message": "Да"}
ANSWER = {"v": "5.199", "event_id": "e", "user_id": "5", "peer_id": "5"}

NOT_CALLED = {"video.save", "groups.getLongPollServer"}


def json(value: Any) -> str:
    return orjson.dumps(value).decode()


def keyboard(*rows: list[dict[str, Any]], **fields: Any) -> dict[str, str]:
    return {"keyboard": json({"buttons": rows} | fields)}


def button(**action: Any) -> list[dict[str, Any]]:
    return [{"action": TEXT["action"] | action}]


def carousel(*elements: dict[str, Any]) -> dict[str, str]:
    return {"template": json({"type": "carousel", "elements": elements})}


def styled(message: str, *items: dict[str, Any], **fields: Any) -> dict[str, str]:
    return {"message": message, "format_data": json({"version": 1, "items": items} | fields)}


def style(offset: int, length: int, kind: str = "bold", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length} | fields


def answer(**told: Any) -> dict[str, str]:
    return {"event_data": json(told)}


@pytest.mark.parametrize(
    "more",
    [
        {"message": "a" * 4096},
        {"random_id": str(-(2**31))},
        {"message": "", "attachment": "photo-1_2_key,doc5_6,audio_message-1_7_abc"},
        {"message": "", "sticker_id": "9046"},
        {"message": "", "lat": "55.75", "long": "-37.61"},
        {"forward": json({"peer_id": 5, "conversation_message_ids": [1], "is_reply": True})},
        keyboard(),
        keyboard(*[[TEXT] * 5] * 8),
        keyboard(*[[TEXT]] * 10, one_time=True),
        keyboard([TEXT, LINK], [APP], *[[TEXT]] * 4, inline=True),
        keyboard([TEXT | {"color": "positive"}]),
        keyboard(button(label="я" * 40, payload=json("a" * 253))),
        keyboard([{"action": {"type": "location"}}], [{"action": {"type": "vkpay", "hash": "a"}}]),
        styled("💚 Да", style(3, 2), style(0, 5, "url", url="https://example.com")),
        carousel(*[CARD] * 10),
        carousel({"photo_id": "-1_7", "action": {"type": "open_photo"}, "buttons": [TEXT] * 3}),
    ],
)
def test_what_the_documentation_allows_passes(more: dict[str, str]) -> None:
    check_call("messages.send", SEND | more)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"message": "a" * 4097}, 914),
        ({"message": " "}, 100),
        ({"random_id": "0"}, 100),
        ({"random_id": str(2**31)}, 100),
        ({"random_id": "a"}, 100),
        ({"user_id": "5"}, 100),
        ({"peer_id": ""}, 100),
        ({"peer_ids": ",".join("5" * 101), "peer_id": ""}, 100),
        ({"parse_mode": "HTML"}, 100),
        ({"v": ""}, 8),
        ({"dont_parse_links": "true"}, 100),
        ({"intent": "spam"}, 100),
        ({"lat": "55.75"}, 100),
        ({"lat": "91", "long": "1"}, 100),
        ({"payload": "a" * 1001}, 100),
        ({"attachment": ",".join(["photo1_2"] * 11)}, 100),
        ({"attachment": "photo"}, 100),
        ({"attachment": "https://example.com/a.png"}, 100),
        ({"forward": json({"peer_id": 5, "message_ids": [1, 2], "is_reply": True})}, 100),
        ({"forward": "[]"}, 100),
        ({"keyboard": "{"}, 100),
        ({"keyboard": "[]"}, 911),
        ({"keyboard": json({"inline": True})}, 911),
        (keyboard(inline=True), 911),
        (keyboard([]), 911),
        (keyboard([TEXT] * 6), 911),
        (keyboard(*[[TEXT]] * 11), 911),
        (keyboard(*[[TEXT] * 5] * 9), 911),
        (keyboard(*[[TEXT]] * 7, inline=True), 911),
        (keyboard([TEXT] * 5, [TEXT] * 5, [TEXT], inline=True), 911),
        (keyboard([TEXT], inline=True, one_time=True), 911),
        (keyboard([TEXT], inline=1), 911),
        (keyboard([TEXT], resize=True), 911),
        (keyboard([TEXT, APP]), 911),
        (keyboard([TEXT, {"action": {"type": "location"}}]), 911),
        (keyboard([LINK | {"color": "primary"}]), 911),
        (keyboard([TEXT | {"color": "red"}]), 911),
        (keyboard([{"label": "Да"}]), 911),
        (keyboard(button(type="poll")), 911),
        (keyboard(button(label="я" * 41)), 911),
        (keyboard(button(label="")), 911),
        (keyboard(button(payload=json("a" * 254))), 911),
        (keyboard(button(payload="nonsense")), 911),
        (keyboard(button(payload={"a": 1})), 911),
        (keyboard(button(link="https://example.com")), 911),
        (keyboard([{"action": LINK["action"] | {"link": "{site}"}}]), 911),
        (keyboard([{"action": {"type": "open_link", "label": "Сайт"}}]), 911),
        (styled("Да", style(1, 2)), 100),
        (styled("Да", style(0, 0)), 100),
        (styled("Да", style(0, 1, "strike")), 100),
        (styled("Да", style(0, 1, "url")), 100),
        (styled("Да", style(0, 1), version=2), 100),
        (styled("Да") | {"format_data": "bold"}, 100),
        ({"template": "{"}, 100),
        ({"template": json({"type": "list", "elements": [CARD]})}, 911),
        (carousel(CARD) | {"message": "", "attachment": "photo1_2"}, 100),
        (carousel(), 911),
        (carousel(*[CARD] * 11), 911),
        (carousel(CARD | {"buttons": []}), 911),
        (carousel(CARD | {"buttons": [TEXT] * 4}), 911),
        (carousel(CARD | {"title": "я" * 81}), 911),
        (carousel(CARD | {"description": "я" * 81}), 911),
        (carousel(CARD | {"photo_id": "photo-1_2"}), 911),
        (carousel(CARD | {"action": {"type": "open_photo"}}), 911),
        (carousel(CARD | {"action": {"type": "open_link"}}), 911),
        (carousel(CARD | {"price": "1"}), 911),
        (carousel({"buttons": [TEXT]}), 911),
        (carousel(CARD, {"title": "Стул", "buttons": [TEXT]}), 911),
        (carousel(CARD, CARD | {"buttons": [TEXT, TEXT]}), 911),
    ],
)
def test_what_it_forbids_is_a_violation(more: dict[str, str], code: int) -> None:
    with pytest.raises(Violation) as refused:
        check_call("messages.send", SEND | more)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("method", "values", "code"),
    [
        ("messages.edit", {"peer_id": "5", "message": "Да"}, 100),
        ("messages.edit", {"peer_id": "5", "cmid": "1", "message_id": "1", "message": "Да"}, 100),
        ("messages.edit", {"peer_id": "5", "cmid": "1", "message": "a" * 4097}, 914),
        ("messages.edit", {"peer_id": "5", "cmid": "1", "message": "a", "random_id": "1"}, 100),
        ("messages.delete", {"peer_id": "5"}, 100),
        ("messages.delete", {"cmids": "1"}, 100),
        ("messages.setActivity", {"peer_id": "5", "type": "dancing"}, 100),
        ("messages.setActivity", {"type": "typing"}, 100),
        ("messages.sendMessageEventAnswer", ANSWER | answer(type="show_snackbar"), 100),
        (
            "messages.sendMessageEventAnswer",
            ANSWER | answer(type="show_snackbar", text="я" * 91),
            100,
        ),
        ("messages.sendMessageEventAnswer", ANSWER | answer(type="open_link", link="a"), 100),
        ("messages.sendMessageEventAnswer", ANSWER | answer(type="alert", text="a"), 100),
        ("messages.sendMessageEventAnswer", ANSWER | {"event_data": " " * 1001}, 100),
        ("messages.sendMessageEventAnswer", {"event_id": "e", "user_id": "5"}, 100),
        ("groups.addCallbackServer", {"group_id": "1", "url": "a", "title": "a"}, 100),
        ("groups.setCallbackSettings", {"group_id": "1", "message_news": "1"}, 100),
        ("docs.getMessagesUploadServer", {"type": "doc"}, 100),
        ("video.save", {}, 27),
    ],
)
def test_other_methods_have_rules_too(method: str, values: dict[str, str], code: int) -> None:
    with pytest.raises(Violation) as refused:
        check_call(method, {"v": "5.199"} | values)
    assert refused.value.code == code


def test_a_method_that_is_not_there_is_no_violation() -> None:
    with pytest.raises(Refused) as refused:
        check_call("messages.sing", {"v": "5.199"})
    assert refused.value.code == 3
    assert not isinstance(refused.value, Violation)


# ---------------------------------------------------------------- VK's own schema


@pytest.fixture(scope="module")
def schema() -> VkSchema:
    folder = schema_folder()
    if folder is None:
        pytest.skip("no schema of VK beside the checkout nor in EASYFLOW_SPECS")
    return VkSchema(folder)


@pytest.fixture(scope="module")
def vk() -> Iterator[Vk]:
    with Vk.start() as vk:
        yield vk


def test_the_schema_knows_the_table(schema: VkSchema) -> None:
    for name, method in METHODS.items():
        if method.by_group and not name.startswith("utils."):
            assert schema.knows(name), name
            values = dict.fromkeys(method.parameters, "1")
            found = schema.wrong_in_call(name, values)
            assert [line for line in found if "no parameter" in line] == []


async def test_a_talk_by_the_rules_breaks_none(vk: Vk) -> None:
    vk.reset(whole=True)
    await everything(vk)
    assert vk.violations() == []
    assert [call for call in vk.calls() if call.code] == []
    assert {call.method for call in vk.calls()} >= METHODS.keys() - NOT_CALLED


async def test_a_whole_talk_is_as_the_schema_says(schema: VkSchema, vk: Vk) -> None:
    vk.reset(whole=True)
    vk.set_long_poll()
    server = vk.call("groups.getLongPollServer", group_id=GROUP)["response"]
    await everything(vk)
    for call in vk.calls():
        if schema.knows(call.method):
            assert schema.wrong_in_call(call.method, call.parameters) == []
            assert schema.wrong_in_answer(call.method, call.response) == []
    events = await told(server)
    assert len(events) > 12
    for event in events:
        assert schema.wrong_in_event(event) == []


async def told(server: dict[str, str]) -> list[dict[str, Any]]:
    asked = {"act": "a_check", "key": server["key"], "ts": "0", "wait": "0"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(server["server"], params=asked) as response,
    ):
        updates: list[dict[str, Any]] = orjson.loads(await response.read())["updates"]
        return updates


async def everything(vk: Vk) -> None:
    """Every method once, and every kind of event that we build."""
    here: dict[str, Any] = {"group_id": GROUP}
    vk.update(
        vk_events.start(5),
        vk_events.message(
            5,
            "Вот",
            attachments=[
                vk_events.photo("https://example.com/a"),
                vk_events.audio_message("https://example.com/b"),
                vk_events.document("https://example.com/c"),
                vk_events.sticker(),
            ],
            geo=vk_events.place(),
            reply_message=vk_events.other_message(-GROUP, "Что?"),
            fwd_messages=[vk_events.other_message(7, "Эй")],
            ref="promo",
            ref_source="vk.me",
        ),
        vk_events.message(5, "Эй", peer_id=2_000_000_001),
        vk_events.edited(5, 2, "Вот так"),
        vk_events.reply(5, "Я тут", admin_id=9),
        vk_events.allow(6, "key"),
        vk_events.read(5, 3),
        vk_events.reaction(5, 3),
        vk_events.block(8),
        vk_events.deny(6),
    )
    pressed = [TEXT["action"] | {"type": "callback", "label": "Нажми"}]
    inline = keyboard([{"action": pressed[0], "color": "primary"}], inline=True, one_time=False)
    vk.call("messages.send", peer_id=5, message="Ну?", random_id=1, **inline)
    event_id = vk.presses(5, "Нажми")["event_id"]
    snackbar = answer(type="show_snackbar", text="Да")
    vk.call("messages.sendMessageEventAnswer", event_id=event_id, user_id=5, peer_id=5, **snackbar)
    vk.call("messages.send", peer_ids="5,6", message="Всем", random_id=2, **carousel(CARD))
    vk.call("messages.edit", peer_id=5, cmid=4, message="Ну-ну?")
    vk.call("messages.setActivity", peer_id=5, type="typing")
    vk.call("messages.markAsRead", peer_id=5, mark_conversation_as_read=1)
    vk.call("messages.getByConversationMessageId", peer_id=5, conversation_message_ids="1,2,4")
    vk.call("messages.getConversationsById", peer_ids="5,6,2000000001")
    vk.call("messages.isMessagesFromGroupAllowed", user_id=5, **here)
    vk.call("messages.delete", peer_id=5, cmids="4", delete_for_all=1)
    place = vk.call("photos.getMessagesUploadServer", peer_id=5)["response"]["upload_url"]
    vk.call("photos.saveMessagesPhoto", **await uploaded(place, "photo", b"GIF89a"))
    for kind in ("doc", "audio_message"):
        place = vk.call("docs.getMessagesUploadServer", peer_id=5, type=kind)["response"]
        told = await uploaded(place["upload_url"], "file", b"OggS")
        vk.call("docs.save", title="a.ogg", **told)
    server: dict[str, Any] = here | {"url": "http://127.0.0.1:9/", "title": "Bot"}
    every_kind: dict[str, Any] = dict.fromkeys(EVENTS, 1)
    number = vk.call("groups.addCallbackServer", **server)["response"]
    vk.call("groups.getCallbackServers", **here)
    vk.call("groups.editCallbackServer", **server, **number)
    vk.call("groups.setCallbackSettings", **here, **number, **every_kind)
    vk.call("groups.getCallbackSettings", **here, **number)
    vk.call("groups.deleteCallbackServer", **here, **number)
    vk.call("groups.getCallbackConfirmationCode", **here)
    vk.call("groups.getLongPollSettings", **here)
    vk.call("groups.setLongPollSettings", enabled=1, **here)
    vk.call("groups.getById", **here)
    vk.call("users.get", user_ids="5,6", fields="city,screen_name")
    vk.call("utils.resolveScreenName", screen_name="shop")


async def uploaded(url: str, field: str, content: bytes) -> dict[str, Any]:
    form = aiohttp.FormData()
    form.add_field(field, content, filename="a.ogg")
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as response:
        told: dict[str, Any] = orjson.loads(await response.read())
        return told
