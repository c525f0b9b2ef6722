"""The table of calls: what a bot may ask of Telegram, and what each limit is answered with."""

from typing import Any

import pytest

from tests.servers.bodies import Parameters, Upload
from tests.servers.bot_api_calls import METHODS, OBJECTS, Wrong
from tests.servers.bot_api_rules import as_typed, check
from tests.servers.specs_telegram import against_specification, specification

CHAT = {"chat_id": 5}
PRICES = [{"label": "Букет", "amount": 250_000}]
INVOICE = {
    "title": "Букет",
    "description": "Пионы",
    "payload": "order-1",
    "provider_token": "381764678:TEST:1",
    "currency": "RUB",
    "prices": PRICES,
}


def inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {**CHAT, "text": "?", "reply_markup": {"inline_keyboard": [list(buttons)]}}


def bold(offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": "bold", "offset": offset, "length": length, **more}


def photos(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"type": "photo", "media": "https://example.com/a.jpg", **more}] * count


RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("getMe", {}),
    ("setWebhook", {"url": "https://example.com:8443/hook", "secret_token": "a-Z_9"}),
    ("setWebhook", {"url": ""}),
    ("getUpdates", {"offset": 1, "timeout": 25, "allowed_updates": ["message", "poll"]}),
    ("sendMessage", {**CHAT, "text": "я" * 4096}),
    ("sendMessage", {**CHAT, "text": "😀" * 2048, "entities": [bold(2, 2)]}),
    ("sendMessage", {**CHAT, "text": "<b>" + "a" * 4096 + "</b>", "parse_mode": "HTML"}),
    ("sendMessage", inline({"text": "a", "callback_data": "я" * 32})),
    ("sendMessage", inline({"text": "a", "url": "https://example.com"})),
    ("sendMessage", inline({"text": "a", "copy_text": {"text": "b"}, "style": "primary"})),
    ("sendMessage", {**CHAT, "text": "?", "reply_markup": {"keyboard": [["Да", {"text": "Нет"}]]}}),
    ("sendMessage", {**CHAT, "text": "?", "reply_markup": {"remove_keyboard": True}}),
    ("sendMessage", {**CHAT, "text": "?", "reply_parameters": {"message_id": 1, "quote": "a"}}),
    ("sendPhoto", {**CHAT, "photo": "file1", "caption": "я" * 1024}),
    ("sendMediaGroup", {**CHAT, "media": photos(10, caption="a")}),
    ("sendLocation", {**CHAT, "latitude": -90, "longitude": 180.0, "live_period": 60}),
    ("sendVenue", {**CHAT, "latitude": 1.5, "longitude": 2, "title": "a", "address": "b"}),
    ("sendContact", {**CHAT, "phone_number": "+7999", "first_name": "a"}),
    ("sendDice", {**CHAT, "emoji": "🎯"}),
    ("sendPoll", {**CHAT, "question": "a", "options": [{"text": "b"}, {"text": "c"}]}),
    ("sendInvoice", {**CHAT, **INVOICE}),
    ("createInvoiceLink", {**INVOICE, "currency": "XTR", "provider_token": ""}),
    ("answerPreCheckoutQuery", {"pre_checkout_query_id": "1", "ok": True}),
    (
        "answerShippingQuery",
        {
            "shipping_query_id": "1",
            "ok": True,
            "shipping_options": [{"id": "a", "title": "b", "prices": PRICES}],
        },
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 200}),
    ("editMessageText", {**CHAT, "message_id": 1, "text": "a"}),
    ("editMessageMedia", {**CHAT, "message_id": 1, "media": photos(1)[0]}),
    (
        "setMessageReaction",
        {**CHAT, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "👍"}]},
    ),
    ("sendChatAction", {**CHAT, "action": "upload_photo"}),
    (
        "setMyCommands",
        {"commands": [{"command": "a_1", "description": "b"}], "language_code": "ru"},
    ),
    ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 5}}),
    ("setChatMenuButton", {"menu_button": {"type": "commands"}}),
    ("refundStarPayment", {"user_id": 5, "telegram_payment_charge_id": "a"}),
]

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendNothing", {}, "method not found"),
    ("sendMessage", {"text": "a"}, "chat_id is empty"),
    ("sendMessage", CHAT, "message text is empty"),
    ("sendMessage", {**CHAT, "text": " \n"}, "message text is empty"),
    ("sendMessage", {**CHAT, "text": "я" * 4097}, "message is too long"),
    ("sendMessage", {**CHAT, "text": "😀" * 2049}, "message is too long"),
    ("sendMessage", {**CHAT, "text": "ab", "entities": [bold(1, 2)]}, "ends after the end"),
    ("sendMessage", {**CHAT, "text": "😀a", "entities": [bold(1, 1)]}, "in a middle of"),
    (
        "sendMessage",
        {**CHAT, "text": "ab", "entities": [{"type": "text_link", "offset": 0, "length": 1}]},
        "url is required",
    ),
    ("sendMessage", {**CHAT, "text": "a", "parse_mode": "BB"}, "unsupported parse_mode"),
    ("sendMessage", {**CHAT, "text": "<b>a", "parse_mode": "HTML"}, "can't parse entities"),
    ("sendMessage", {**CHAT, "text": "a", "reply_markup": "b"}, "object expected"),
    ("sendMessage", inline({"text": "a"}), "text buttons are unallowed"),
    ("sendMessage", inline({"text": "a", "callback_data": ""}), "BUTTON_DATA_INVALID"),
    ("sendMessage", inline({"text": "a", "callback_data": "я" * 33}), "BUTTON_DATA_INVALID"),
    ("sendMessage", inline({"text": "a", "url": "ftp://a"}), "BUTTON_URL_INVALID"),
    ("sendMessage", inline({"text": "a", "web_app": {"url": "http://a"}}), "BUTTON_URL_INVALID"),
    ("sendMessage", inline({"text": "a", "pay": True}), "BUTTON_TYPE_INVALID"),
    ("sendMessage", inline({"callback_data": "a"}), "can't find field"),
    ("sendMessage", inline(*[{"text": "a", "callback_data": "b"}] * 101), "too long"),
    ("sendPhoto", CHAT, "there is no photo in the request"),
    ("sendPhoto", {**CHAT, "photo": "a", "caption": "я" * 1025}, "caption is too long"),
    ("sendMediaGroup", {**CHAT, "media": photos(1)}, "at least 2 media"),
    ("sendMediaGroup", {**CHAT, "media": photos(11)}, "too many messages"),
    ("sendMediaGroup", {**CHAT, "media": photos(2, caption="a" * 1025)}, "caption is too long"),
    (
        "sendMediaGroup",
        {**CHAT, "media": [*photos(1), {"type": "document", "media": "a"}]},
        "Document can't be mixed",
    ),
    ("sendLocation", {**CHAT, "latitude": 91, "longitude": 0}, "invalid location"),
    ("sendLocation", {**CHAT, "longitude": 0}, "latitude is empty"),
    ("sendContact", {**CHAT, "phone_number": "a", "first_name": "b"}, "PHONE_NUMBER_INVALID"),
    ("sendDice", {**CHAT, "emoji": "a"}, "EMOTICON_INVALID"),
    ("sendPoll", {**CHAT, "question": "a", "options": []}, "12 options"),
    ("sendInvoice", {**CHAT, **INVOICE, "title": "a" * 33}, "TITLE_INVALID"),
    ("sendInvoice", {**CHAT, **INVOICE, "payload": "я" * 65}, "PAYLOAD_INVALID"),
    ("sendInvoice", {**CHAT, **INVOICE, "currency": "rub"}, "CURRENCY_INVALID"),
    ("sendInvoice", {**CHAT, **INVOICE, "provider_token": ""}, "PROVIDER_INVALID"),
    ("sendInvoice", {**CHAT, **INVOICE, "currency": "XTR"}, "PROVIDER_INVALID"),
    ("sendInvoice", {**CHAT, **INVOICE, "prices": []}, "at least one price"),
    (
        "sendInvoice",
        {**CHAT, **INVOICE, "prices": [{"label": "a", "amount": 2.5}]},
        "can't parse prices",
    ),
    ("answerPreCheckoutQuery", {"pre_checkout_query_id": "1", "ok": False}, "error message"),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "a" * 201}, "MESSAGE_TOO_LONG"),
    ("editMessageText", {"text": "a"}, "message identifier is not specified"),
    (
        "setMessageReaction",
        {**CHAT, "message_id": 1, "reaction": [{"type": "emoji", "emoji": "🐙"}]},
        "REACTION_INVALID",
    ),
    ("sendChatAction", {**CHAT, "action": "dancing"}, "wrong parameter action"),
    ("setMyCommands", {"commands": [{"command": "Старт", "description": "b"}]}, "COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "a", "description": "b" * 257}]}, "DESCRIPTION"),
    ("setMyCommands", {"commands": [{"command": "a", "description": "b"}] * 101}, "TOO_MUCH"),
    ("setWebhook", {"url": "http://example.com"}, "HTTPS"),
    ("setWebhook", {"url": "https://example.com:8000/"}, "ports"),
    ("setWebhook", {"url": "https://example.com", "secret_token": "тайна"}, "unallowed"),
    ("setWebhook", {"url": "https://example.com", "secret_token": "a" * 257}, "too long"),
    ("getFile", {}, "file_id not specified"),
    ("setChatMenuButton", {"menu_button": {"type": "a"}}, "unsupported type"),
]

OVERLOOKED: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {**CHAT, "text": "a", "colour": "red"}),
    ("sendMessage", {**CHAT, "text": 12}),
    ("sendMessage", inline({"text": "a", "callback_data": "b", "url": "https://example.com"})),
    ("sendMessage", {**CHAT, "text": "ab", "entities": [bold(0, 0)]}),
    ("setWebhook", {"url": "https://example.com", "allowed_updates": ["messages"]}),
    ("editMessageText", {**CHAT, "message_id": "1", "text": "a"}),
]


def wrongs(method: str, values: dict[str, Any]) -> list[Wrong]:
    return check(method, Parameters(values))


@pytest.mark.parametrize(("method", "values"), RIGHT)
def test_a_call_that_is_right_has_nothing_wrong(method: str, values: dict[str, Any]) -> None:
    assert wrongs(method, values) == []


@pytest.mark.parametrize(("method", "values", "answer"), REFUSED)
def test_a_limit_is_refused_in_telegrams_words(
    method: str, values: dict[str, Any], answer: str
) -> None:
    assert answer in next(wrong.answer for wrong in wrongs(method, values) if wrong.answer)


@pytest.mark.parametrize(("method", "values"), OVERLOOKED)
def test_what_telegram_overlooks_is_wrong_and_not_refused(
    method: str, values: dict[str, Any]
) -> None:
    found = wrongs(method, values)
    assert found
    assert not any(wrong.answer for wrong in found)


def test_a_file_and_the_word_that_refers_to_it_belong_together() -> None:
    file = {"one": Upload("a.jpg", b"a")}
    media = [{"type": "photo", "media": "attach://one"}, {"type": "photo", "media": "id"}]
    assert check("sendMediaGroup", Parameters({**CHAT, "media": media}, file)) == []
    (missing,) = check("sendMediaGroup", Parameters({**CHAT, "media": media}))
    assert missing.answer == "wrong file identifier/HTTP URL specified"
    (alone,) = check("sendPhoto", Parameters({**CHAT, "photo": "id"}, file))
    assert "nothing refers" in alone.what
    assert check("sendPhoto", Parameters(dict(CHAT), {"photo": Upload("a.jpg", b"a")})) == []


def test_a_text_of_a_form_stays_a_text() -> None:
    form = Parameters({"chat_id": 5, "text": 12}, texts={"chat_id": "5", "text": "12"})
    as_typed("sendMessage", form)
    assert form.values == {"chat_id": 5, "text": "12"}
    assert check("sendMessage", form) == []


# ---------------------------------------------------------------- the table itself

needs_specification = pytest.mark.skipif(
    specification() is None,
    reason="no telegram/api.json: set EASYFLOW_SPECS to the folder of the specifications",
)
_NAMES = {
    "WebApp": "WebAppInfo",
    "CopyText": "CopyTextButton",
    "LinkPreview": "LinkPreviewOptions",
    "PollOption": "InputPollOption",
    **{kind: f"InputMedia{kind.title()}" for kind in ("photo", "video", "animation", "audio")},
    "document": "InputMediaDocument",
}
_FAMILIES = ("CommandScope", "MenuButton", "Reaction")
"""Objects of ours that stand for several of Telegram's."""


@needs_specification
@pytest.mark.parametrize(("method", "values"), RIGHT)
def test_the_specification_agrees_that_a_call_is_right(method: str, values: dict[str, Any]) -> None:
    assert against_specification(method, values) == []


@needs_specification
def test_every_method_of_the_table_has_the_specifications_parameters() -> None:
    spec = specification()
    assert spec is not None
    for name, ours in METHODS.items():
        theirs = spec["methods"][name].get("fields", [])
        assert _outline(ours) == {one["name"]: one["required"] for one in theirs}, name


@needs_specification
def test_every_object_of_the_table_has_the_specifications_fields() -> None:
    spec = specification()
    assert spec is not None
    for name, ours in OBJECTS.items():
        if name not in _FAMILIES:
            theirs = spec["types"][_NAMES.get(name, name)]["fields"]
            assert _outline(ours) == {one["name"]: one["required"] for one in theirs}, name


def _outline(table: Any) -> dict[str, bool]:
    return {name: declared.required for name, declared in table.items()}
