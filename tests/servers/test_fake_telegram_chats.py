"""The fake Bot API server keeps chats: edits, deletes, replies, payments, and what a customer sees."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import telegram_happenings as happenings
from tests.servers.specs_telegram import against_type, specification
from tests.servers.telegram import TOKEN, FakeTelegram, message, press

KEYS = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
PRICES = [{"label": "Букет", "amount": 250_000}]
INVOICE = {
    "chat_id": 5,
    "title": "Букет",
    "description": "Пионы",
    "payload": "order-1",
    "provider_token": "1:TEST",
    "currency": "RUB",
    "prices": PRICES,
}
STARS = {
    **INVOICE,
    "currency": "XTR",
    "provider_token": "",
    "prices": [{"label": "a", "amount": 7}],
}

needs_specification = pytest.mark.skipif(
    specification() is None,
    reason="no telegram/api.json: set EASYFLOW_SPECS to the folder of the specifications",
)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as server:
        yield server


@pytest.fixture
def telegram(server: FakeTelegram) -> FakeTelegram:
    ask(server, "deleteWebhook")
    server.reset()
    return server


def ask(telegram: FakeTelegram, method: str, **parameters: Any) -> Any:
    return telegram._ask("POST", f"/bot{TOKEN}/{method}", parameters)["result"]


def say(telegram: FakeTelegram, text: str, **more: Any) -> int:
    return int(ask(telegram, "sendMessage", chat_id=5, text=text, **more)["message_id"])


def updates(telegram: FakeTelegram) -> list[dict[str, Any]]:
    """What waits for getUpdates, each acknowledged."""
    waiting = ask(telegram, "getUpdates")
    if waiting:
        ask(telegram, "getUpdates", offset=waiting[-1]["update_id"] + 1)
    return list(waiting)


# ---------------------------------------------------------------- messages


def test_an_edit_changes_the_message_and_takes_its_buttons(telegram: FakeTelegram) -> None:
    number = say(telegram, "Да?", reply_markup=KEYS)
    changed = ask(telegram, "editMessageText", chat_id=5, message_id=number, text="Готово")
    assert (changed["text"], "reply_markup" in changed) == ("Готово", False)
    again = {"chat_id": 5, "message_id": number, "text": "Готово"}
    with pytest.raises(RuntimeError, match="message is not modified"):
        ask(telegram, "editMessageText", **again)
    back = ask(telegram, "editMessageText", **again, reply_markup=KEYS)
    assert back["reply_markup"] == KEYS


@pytest.mark.parametrize(
    ("sent", "edit", "why"),
    [
        ({"text": "a"}, ("editMessageCaption", {"caption": "b"}), "no caption in the message"),
        ({"text": "a"}, ("editMessageLiveLocation", {"latitude": 1, "longitude": 2}), "can't be"),
        (
            {"text": "a", "reply_markup": {"keyboard": [["b"]]}},
            ("editMessageText", {"text": "b"}),
            "message can't be edited",
        ),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(
    telegram: FakeTelegram, sent: dict[str, Any], edit: tuple[str, dict[str, Any]], why: str
) -> None:
    number = say(telegram, **sent)
    with pytest.raises(RuntimeError, match=why):
        ask(telegram, edit[0], chat_id=5, message_id=number, **edit[1])


def test_media_and_captions_are_edited(telegram: FakeTelegram) -> None:
    first, second = (telegram.file(name, b"jpg") for name in ("a.jpg", "b.jpg"))
    number = ask(telegram, "sendPhoto", chat_id=5, photo=first, caption="Раз")["message_id"]
    edit = {"chat_id": 5, "message_id": number}
    assert ask(telegram, "editMessageCaption", **edit, caption="Два")["caption"] == "Два"
    with pytest.raises(RuntimeError, match="no text in the message"):
        ask(telegram, "editMessageText", **edit, text="Три")
    media = {"type": "document", "media": second}
    changed = ask(telegram, "editMessageMedia", **edit, media=media)
    assert (changed["document"]["file_id"], "photo" in changed) == (second, False)
    with pytest.raises(RuntimeError, match="Document as Video"):
        ask(telegram, "sendVideo", chat_id=5, video=second)


def test_a_customers_message_cannot_be_edited_but_deleted(telegram: FakeTelegram) -> None:
    telegram.update(message(5, "Привет"))
    with pytest.raises(RuntimeError, match="message can't be edited"):
        ask(telegram, "editMessageText", chat_id=5, message_id=1, text="a")
    assert ask(telegram, "deleteMessage", chat_id=5, message_id=1) is True
    with pytest.raises(RuntimeError, match="message to delete not found"):
        ask(telegram, "deleteMessage", chat_id=5, message_id=1)


def test_after_two_days_a_message_stays(telegram: FakeTelegram) -> None:
    number = say(telegram, "a")
    telegram.forward(48 * 3600 + 1)
    with pytest.raises(RuntimeError, match="can't be deleted"):
        ask(telegram, "deleteMessage", chat_id=5, message_id=number)


def test_a_reply_needs_its_message_and_a_quote_its_words(telegram: FakeTelegram) -> None:
    telegram.update(message(5, "Хочу пионы"))
    reply = {"message_id": 1, "quote": "пионы"}
    sent = ask(telegram, "sendMessage", chat_id=5, text="Есть", reply_parameters=reply)
    assert sent["reply_to_message"]["text"] == "Хочу пионы"
    with pytest.raises(RuntimeError, match="QUOTE_TEXT_INVALID"):
        say(telegram, "a", reply_parameters={"message_id": 1, "quote": "розы"})
    with pytest.raises(RuntimeError, match="message to be replied not found"):
        say(telegram, "a", reply_parameters={"message_id": 99})
    alone = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in ask(
        telegram, "sendMessage", chat_id=5, text="a", reply_parameters=alone
    )


def test_copies_and_forwards_hold_what_the_message_held(telegram: FakeTelegram) -> None:
    number = say(telegram, "a")
    there = {"chat_id": 6, "from_chat_id": 5, "message_id": number}
    assert ask(telegram, "copyMessage", **there) == {"message_id": 1}
    assert ask(telegram, "forwardMessage", **there)["text"] == "a"
    with pytest.raises(RuntimeError, match="message to copy not found"):
        ask(telegram, "copyMessage", chat_id=6, from_chat_id=5, message_id=99)


SENT: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"text": "a", "reply_markup": KEYS}),
    *[
        (
            f"send{''.join(word.title() for word in kind.split('_'))}",
            {kind: "https://example.com/a"},
        )
        for kind in happenings.FILES
    ],
    ("sendMediaGroup", {"media": [{"type": "photo", "media": "https://example.com/a"}] * 2}),
    ("sendLocation", {"latitude": 1, "longitude": 2, "live_period": 60}),
    ("sendVenue", {"latitude": 1, "longitude": 2, "title": "a", "address": "b"}),
    ("sendContact", {"phone_number": "+7999", "first_name": "a"}),
    ("sendDice", {}),
    ("sendPoll", {"question": "a", "options": [{"text": "b"}, {"text": "c"}]}),
    ("sendInvoice", {key: value for key, value in INVOICE.items() if key != "chat_id"}),
]


@needs_specification
@pytest.mark.parametrize(("method", "parameters"), SENT)
def test_what_comes_back_is_a_message_of_the_specification(
    telegram: FakeTelegram, method: str, parameters: dict[str, Any]
) -> None:
    sent = ask(telegram, method, chat_id=5, **parameters)
    for one in sent if isinstance(sent, list) else [sent]:
        assert against_type("Message", one) == []


@needs_specification
def test_what_is_told_of_bots_and_chats_is_of_the_specification(telegram: FakeTelegram) -> None:
    telegram.update(message(5, "a"))
    for method, kind in (("getMe", "User"), ("getWebhookInfo", "WebhookInfo")):
        assert against_type(kind, ask(telegram, method)) == []
    assert against_type("ChatFullInfo", ask(telegram, "getChat", chat_id=5)) == []
    file_id = telegram.file("a.pdf", b"a")
    assert against_type("File", ask(telegram, "getFile", file_id=file_id)) == []


# ---------------------------------------------------------------- customers


def test_who_blocked_the_bot_is_not_reached_until_they_come_back(telegram: FakeTelegram) -> None:
    telegram.update(happenings.blocked(5))
    with pytest.raises(RuntimeError, match="bot was blocked by the user"):
        say(telegram, "a")
    telegram.update(happenings.unblocked(5))
    assert say(telegram, "a") == 1


def test_a_group_that_migrated_names_its_new_id(telegram: FakeTelegram) -> None:
    telegram.update(*happenings.migrated(-77, -1007))
    with pytest.raises(RuntimeError, match="'migrate_to_chat_id': -1007"):
        ask(telegram, "sendMessage", chat_id=-77, text="a")


def test_a_press_is_answered_for_a_quarter_of_an_hour(telegram: FakeTelegram) -> None:
    say(telegram, "Да?", reply_markup=KEYS)
    telegram.update(press(5, "y", query_id="q1"), press(5, "y", query_id="q2"))
    assert ask(telegram, "answerCallbackQuery", callback_query_id="q1") is True
    telegram.forward(15 * 60 + 1)
    for query_id in ("q2", "never"):
        with pytest.raises(RuntimeError, match="query is too old"):
            ask(telegram, "answerCallbackQuery", callback_query_id=query_id)


def test_the_message_under_a_pressed_button_is_the_real_one(telegram: FakeTelegram) -> None:
    number = say(telegram, "Да?", reply_markup=KEYS)
    telegram.update(press(5, "y", message_id=number), happenings.press_of_old(5, "y"))
    real, old = (update["callback_query"]["message"] for update in updates(telegram))
    assert (real["text"], real["reply_markup"]) == ("Да?", KEYS)
    assert (old["date"], "text" in old) == (0, False)


def test_a_bot_is_given_only_the_kinds_it_asked_for_where_that_is_wanted(
    telegram: FakeTelegram,
) -> None:
    reaction = happenings.reacted(5, 1, "👍")
    assert telegram.update(reaction, only_allowed=True) == []
    ask(telegram, "getUpdates", allowed_updates=["message_reaction"])
    assert len(telegram.update(reaction, message(5, "a"), only_allowed=True)) == 1


def test_a_webhooks_state_is_told(telegram: FakeTelegram) -> None:
    url = "https://localhost:1/hook"
    ask(telegram, "setWebhook", url=url, max_connections=7, allowed_updates=["message"])
    told = ask(telegram, "getWebhookInfo")
    assert told["url"] == url
    assert (told["max_connections"], told["allowed_updates"]) == (7, ["message"])
    telegram.update(message(5, "a"))
    deadline = time.monotonic() + 60
    while "last_error_message" not in (told := ask(telegram, "getWebhookInfo")):
        assert time.monotonic() < deadline, told
    assert told["pending_update_count"] == 1


def test_commands_are_kept_by_scope_and_language(telegram: FakeTelegram) -> None:
    commands = [{"command": "menu", "description": "Меню"}]
    ask(telegram, "setMyCommands", commands=commands, language_code="ru")
    assert ask(telegram, "getMyCommands", language_code="ru") == commands
    assert ask(telegram, "getMyCommands") == []
    ask(telegram, "deleteMyCommands", language_code="ru")
    assert ask(telegram, "getMyCommands", language_code="ru") == []


# ---------------------------------------------------------------- money


async def test_an_invoice_is_paid_when_the_bot_says_yes(telegram: FakeTelegram) -> None:
    ask(telegram, "sendInvoice", **INVOICE)
    paying = asyncio.ensure_future(telegram.pay(5))
    query = (await _next(telegram))["pre_checkout_query"]
    assert (query["invoice_payload"], query["total_amount"]) == ("order-1", 250_000)
    ask(telegram, "answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    paid = await paying
    payment = (await _next(telegram))["message"]["successful_payment"]
    assert paid == {
        "paid": True,
        "charge": payment["telegram_payment_charge_id"],
        "payment": payment,
    }
    with pytest.raises(RuntimeError, match="query is too old"):
        ask(telegram, "answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)


async def test_a_no_and_silence_and_no_interest_leave_an_invoice_unpaid(
    telegram: FakeTelegram,
) -> None:
    ask(telegram, "sendInvoice", **INVOICE)
    paying = asyncio.ensure_future(telegram.pay(5))
    query = (await _next(telegram))["pre_checkout_query"]
    no = {"pre_checkout_query_id": query["id"], "ok": False, "error_message": "Раскупили"}
    ask(telegram, "answerPreCheckoutQuery", **no)
    assert await paying == {"paid": False, "why": "Раскупили"}
    silence = await telegram.pay(5, within=0.05)
    assert silence == {"paid": False, "why": "the bot did not answer in time"}
    updates(telegram)
    ask(telegram, "getUpdates", allowed_updates=["message"])
    assert "does not want" in (await telegram.pay(5))["why"]


async def test_shipping_adds_to_the_price(telegram: FakeTelegram) -> None:
    link = ask(telegram, "createInvoiceLink", **_without_chat(INVOICE), is_flexible=True)
    order = {"name": "Анна", "shipping_address": happenings.ADDRESS}
    paying = asyncio.ensure_future(telegram.pay(5, link=link, order=order))
    query = (await _next(telegram))["shipping_query"]
    ways = [{"id": "post", "title": "Почта", "prices": [{"label": "Почта", "amount": 30_000}]}]
    answer = {"shipping_query_id": query["id"], "ok": True, "shipping_options": ways}
    ask(telegram, "answerShippingQuery", **answer)
    query = (await _next(telegram))["pre_checkout_query"]
    assert (query["total_amount"], query["shipping_option_id"]) == (280_000, "post")
    ask(telegram, "answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    assert (await paying)["paid"] is True


async def test_stars_go_back_once(telegram: FakeTelegram) -> None:
    ask(telegram, "sendInvoice", **STARS)
    paying = asyncio.ensure_future(telegram.pay(5))
    query = (await _next(telegram))["pre_checkout_query"]
    ask(telegram, "answerPreCheckoutQuery", pre_checkout_query_id=query["id"], ok=True)
    refund = {"user_id": 5, "telegram_payment_charge_id": (await paying)["charge"]}
    updates(telegram)
    assert ask(telegram, "refundStarPayment", **refund) is True
    assert (await _next(telegram))["message"]["refunded_payment"]["total_amount"] == 7
    with pytest.raises(RuntimeError, match="ALREADY_REFUNDED"):
        ask(telegram, "refundStarPayment", **refund)


async def _next(telegram: FakeTelegram) -> dict[str, Any]:
    """The one update that comes next, acknowledged."""
    path = f"/bot{TOKEN}/getUpdates"
    answer = await asyncio.to_thread(telegram._ask_apart, "POST", path, {"timeout": 10})
    (update,) = answer["result"]
    ask(telegram, "getUpdates", offset=update["update_id"] + 1)
    found: dict[str, Any] = update
    return found


def _without_chat(invoice: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in invoice.items() if key != "chat_id"}


# ---------------------------------------------------------------- what is seen


def test_what_was_done_against_the_rules_is_kept(telegram: FakeTelegram) -> None:
    say(telegram, "a", colour="red")
    with pytest.raises(RuntimeError, match="message text is empty"):
        say(telegram, "")
    assert telegram.violations() == [
        "sendMessage: sendMessage has no colour",
        "sendMessage: sendMessage needs text (message text is empty)",
    ]
    telegram.reset()
    assert telegram.violations() == []


def test_a_chat_is_told_as_lines(telegram: FakeTelegram) -> None:
    telegram.update(happenings.started(5))
    number = say(telegram, "Хотите\nбукет?", reply_markup=KEYS)
    telegram.update(press(5, "y", message_id=number))
    ask(telegram, "editMessageReplyMarkup", chat_id=5, message_id=number)
    share = {"keyboard": [[{"text": "Номер", "request_contact": True}]]}
    say(telegram, "Ваш телефон?", reply_markup=share)
    telegram.update(happenings.contact(5, "+79991234567"))
    say(telegram, "Спасибо", reply_markup={"remove_keyboard": True})
    telegram.update(*happenings.album(5, ["photo", "video"], caption="Вот такой", caption_at=1))
    last = say(telegram, "Один", reply_parameters={"message_id": 1})
    ask(telegram, "editMessageText", chat_id=5, message_id=last, text="Два")
    ask(telegram, "deleteMessage", chat_id=5, message_id=last)
    ask(telegram, "sendInvoice", **INVOICE)
    telegram.update(happenings.reacted(5, number, "👍"), happenings.blocked(5))
    assert telegram.said(5) == [
        "client: /start",
        "bot: Хотите",
        "    букет?",
        "  [Да]",
        "client: presses «Да»",
        "bot changes the buttons of «Хотите»",
        "  (no buttons any more)",
        "bot: Ваш телефон?",
        "  keyboard: [Номер (phone)]",
        "client: [contact Иван +79991234567]",
        "bot: Спасибо",
        "  keyboard: none",
        "client: [photo]",
        "client: [video] Вот такой",
        "bot replies to «/start»: Один",
        "bot edits «Один»: Два",
        "bot deletes «Два»",
        "bot: [invoice Букет: Пионы, 250000 RUB]",
        "  [Pay 250000 RUB]",
        "client: (reaction 👍)",
        "client blocks",
    ]
    assert telegram.violations() == []
