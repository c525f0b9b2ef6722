"""Money inside Telegram: offered, asked about, paid once, given back; a customer pays at a fake Bot API."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.messengers.telegram.channel import TelegramChannel
from adapters.messengers.telegram.client import Connection
from adapters.messengers.telegram.polling import poll
from bots.errors import Conflict, Invalid, RemoteFailed, Unavailable
from bots.model.message import Address, Button, Keyboard, Reply, UnifiedMessage
from bots.model.payment import Invoice
from bots.model.receipt import Receipt
from bots.model.turn import Outgoing
from bots.ports import Channel
from bots.services.banks import Banks
from bots.services.payments import Payments
from tests.adapters.stands import NOW, MemoryShelf
from tests.servers import telegram_happenings as happen
from tests.servers.telegram import TOKEN, FakeTelegram

CHAT = Address(1, "shop", "telegram:111111", "5")
PROVIDER = "381764678:TEST:1"


class Chat:
    """Hears of events, each once by its id; may be unable to."""

    def __init__(self) -> None:
        self.heard: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self.deaf = False

    async def __call__(
        self, name: str, *, address: Address, data: Mapping[str, Any], id: str
    ) -> bool:
        if self.deaf:
            raise Unavailable("the disk is full")
        self.heard.setdefault(id, (name, data))
        return True

    @property
    def events(self) -> list[tuple[str, float]]:
        return [(name, data["amount"]) for name, data in self.heard.values()]


class Inbox:
    async def accept(self, messages: Sequence[UnifiedMessage]) -> None:
        raise AssertionError("payments are no messages")

    async def note(self, receipts: Sequence[Receipt]) -> None:
        raise AssertionError("Telegram tells nothing of messages sent")


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def channels() -> dict[str, Channel]:
    return {}


@pytest.fixture
def payments(shelf: MemoryShelf, chat: Chat, channels: dict[str, Channel]) -> Payments:
    return Payments(shelf, Banks(channels), chat, clock=lambda: NOW)


def opened(
    connection: Connection, shelf: MemoryShelf, payments: Payments, provider: str
) -> TelegramChannel:
    return TelegramChannel(
        workspace=1,
        bot="shop",
        token=TOKEN,
        secret="a-secret",
        connection=connection,
        shelf=shelf,
        clock=lambda: NOW,
        new_id=lambda: "m",
        provider=provider,
        invoices=payments,
        language=lambda: "ru",
    )


@pytest.fixture
def channel(
    connection: Connection,
    shelf: MemoryShelf,
    payments: Payments,
    channels: dict[str, Channel],
) -> TelegramChannel:
    made = opened(connection, shelf, payments, PROVIDER)
    channels[made.name] = made
    return made


@pytest.fixture
async def polling(channel: TelegramChannel, telegram: FakeTelegram) -> AsyncIterator[None]:
    """The bot hears what happens."""
    task = asyncio.ensure_future(poll(channel, Inbox()))
    await telegram.expect(1, "getUpdates")
    yield
    task.cancel()


async def invoiced(
    payments: Payments, amount: str = "1990.50", currency: str = "RUB", key: str = "k"
) -> Invoice:
    return await payments.invoice(
        CHAT, title="Заказ 12345", amount=Decimal(amount), currency=currency, key=key
    )


async def received(channel: TelegramChannel, update: Mapping[str, Any]) -> None:
    for after in (await channel.read({"update_id": 9, **update})).after:
        await after()


# ---------------------------------------------------------------- offering


@pytest.mark.parametrize(
    ("amount", "currency", "smallest"),
    [("1990.50", "RUB", 199050), ("50000", "UZS", 5000000), ("300", "JPY", 300), ("75", "XTR", 75)],
)
async def test_an_invoice_is_a_link_with_its_sum_in_the_smallest_units(
    channel: TelegramChannel,
    payments: Payments,
    telegram: FakeTelegram,
    amount: str,
    currency: str,
    smallest: int,
) -> None:
    made = await invoiced(payments, amount, currency)
    (call,) = telegram.calls("createInvoiceLink")
    assert made.url.startswith("https://t.me/$")
    assert call.parameters["prices"] == [{"label": "Заказ 12345", "amount": smallest}]
    assert call.parameters["payload"] == made.id
    assert call.parameters.get("provider_token", "") == ("" if currency == "XTR" else PROVIDER)
    assert telegram.violations() == []
    assert telegram.unspecified() == []


@pytest.mark.parametrize(("amount", "currency"), [("0.5", "XTR"), ("1.5", "JPY"), ("5", "KPW")])
async def test_what_telegram_cannot_be_paid_is_told(
    channel: TelegramChannel, payments: Payments, amount: str, currency: str
) -> None:
    with pytest.raises((Invalid, Exception), match="currency|amount|bank"):
        await invoiced(payments, amount, currency)


async def test_a_refused_invoice_is_told_and_a_silent_telegram_may_be_asked_again(
    channel: TelegramChannel, payments: Payments, telegram: FakeTelegram
) -> None:
    telegram.script(status=400, description="Bad Request: PAYMENT_PROVIDER_INVALID")
    with pytest.raises(Invalid, match="PAYMENT_PROVIDER_INVALID") as refused:
        await invoiced(payments)
    assert PROVIDER not in str(refused.value)
    telegram.script(status=502, body="<html>")
    with pytest.raises(RemoteFailed):
        await invoiced(payments)
    assert await invoiced(payments)


def test_without_a_provider_stars_alone_are_taken(
    connection: Connection, shelf: MemoryShelf, payments: Payments
) -> None:
    bank = opened(connection, shelf, payments, "").bank
    assert bank is not None
    assert (bank.takes("XTR"), bank.takes("RUB")) == (True, False)


# ---------------------------------------------------------------- paying


@pytest.mark.usefixtures("polling")
async def test_a_customer_pays_and_the_chat_is_told_once(
    payments: Payments, telegram: FakeTelegram, chat: Chat
) -> None:
    made = await invoiced(payments)
    paid = await telegram.pay(5, link=made.url)
    assert paid["paid"]
    telegram.update(
        {"message": {**happen.message(5)["message"], "successful_payment": paid["payment"]}}
    )
    await telegram.settled()
    assert chat.events == [("payment.paid", 1990.5)]
    found = await payments.by_id(1, made.id)
    assert (found.status, found.charge) == ("paid", paid["charge"])


@pytest.mark.usefixtures("polling")
async def test_an_invoice_is_paid_once_and_by_its_own_chat_alone(
    payments: Payments, telegram: FakeTelegram
) -> None:
    made = await invoiced(payments)
    stranger = await telegram.pay(6, link=made.url)
    assert (stranger["paid"], "больше не действует" in stranger["why"]) == (False, True)
    await payments.paid(1, made.id, charge="c1")
    again = await telegram.pay(5, link=made.url)
    assert again == {"paid": False, "why": "Этот счёт уже оплачен."}


@pytest.mark.parametrize(("amount", "currency"), [(199049, "RUB"), (199050, "USD"), (0, "RUB")])
async def test_another_sum_than_the_invoices_is_refused(
    channel: TelegramChannel,
    payments: Payments,
    telegram: FakeTelegram,
    amount: int,
    currency: str,
) -> None:
    made = await invoiced(payments)
    telegram.script(method="answerPreCheckoutQuery", status=200, body='{"ok":true,"result":true}')
    await received(channel, happen.pre_checkout_query(5, made.id, amount, currency))
    (call,) = telegram.calls("answerPreCheckoutQuery")
    assert call.parameters["ok"] is False
    assert call.parameters["error_message"]


@pytest.mark.parametrize("payload", ["", "P000000000000", "чужой"])
async def test_an_invoice_that_is_not_ours_is_refused(
    channel: TelegramChannel, telegram: FakeTelegram, payload: str
) -> None:
    telegram.script(method="answerPreCheckoutQuery", status=200, body='{"ok":true,"result":true}')
    await received(channel, happen.pre_checkout_query(5, payload, 100))
    assert telegram.calls("answerPreCheckoutQuery")[0].parameters["ok"] is False


async def test_an_invoice_of_another_channel_is_refused(
    channel: TelegramChannel,
    payments: Payments,
    channels: dict[str, Channel],
    telegram: FakeTelegram,
) -> None:
    elsewhere = Address(1, "shop", "telegram:222222", "5")
    channels["telegram:222222"] = channel
    made = await payments.invoice(
        elsewhere, title="Заказ", amount=Decimal(5), currency="RUB", key="k"
    )
    telegram.script(method="answerPreCheckoutQuery", status=200, body='{"ok":true,"result":true}')
    await received(channel, happen.pre_checkout_query(5, made.id, 500))
    assert telegram.calls("answerPreCheckoutQuery")[0].parameters["ok"] is False


async def test_shipping_is_refused_in_words(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(method="answerShippingQuery", status=200, body='{"ok":true,"result":true}')
    await received(channel, happen.shipping_query(5, "P1"))
    (call,) = telegram.calls("answerShippingQuery")
    assert call.parameters["ok"] is False
    assert "чате" in call.parameters["error_message"]


async def test_a_payment_that_cannot_be_noted_comes_again(
    channel: TelegramChannel, payments: Payments, chat: Chat
) -> None:
    made = await invoiced(payments)
    update = {"update_id": 9, **happen.successful_payment(5, made.id, 199050)}
    chat.deaf = True
    with pytest.raises(Unavailable):
        await channel.read(update)
    chat.deaf = False
    await channel.read(update)
    await channel.read(update)
    assert chat.events == [("payment.paid", 1990.5)]


async def test_money_for_an_unknown_invoice_and_money_paid_twice_are_told_loudly(
    channel: TelegramChannel, payments: Payments
) -> None:
    made = await invoiced(payments)
    with capture_logs() as logs:
        await received(channel, happen.successful_payment(5, "P0", 100, charge="c0"))
        await received(channel, happen.successful_payment(5, made.id, 199050, charge="c1"))
        await received(channel, happen.successful_payment(5, made.id, 199050, charge="c2"))
    assert [(log["log_level"], log["charge"]) for log in logs] == [("error", "c0"), ("error", "c2")]


# ---------------------------------------------------------------- giving back


@pytest.mark.usefixtures("polling")
async def test_stars_are_given_back_and_told_once(
    payments: Payments, telegram: FakeTelegram, chat: Chat
) -> None:
    made = await invoiced(payments, "75", "XTR")
    assert (await telegram.pay(5, link=made.url))["paid"]
    await telegram.settled()
    with pytest.raises(Invalid, match="all at once"):
        await payments.refund(CHAT, made.id, amount=Decimal(10), key="r0")
    await payments.refund(CHAT, made.id, amount=None, key="r1")
    await telegram.settled()
    assert chat.events == [("payment.paid", 75), ("payment.refunded", 75)]
    (call,) = telegram.calls("refundStarPayment")
    assert call.parameters["user_id"] == 5


async def test_stars_that_went_back_already_count_as_given_back(
    channel: TelegramChannel, payments: Payments, telegram: FakeTelegram, chat: Chat
) -> None:
    made = await invoiced(payments, "75", "XTR")
    await payments.paid(1, made.id, charge="c1")
    telegram.script(
        method="refundStarPayment", status=400, description="Bad Request: CHARGE_ALREADY_REFUNDED"
    )
    await payments.refund(CHAT, made.id, amount=None, key="r1")
    assert chat.events[-1] == ("payment.refunded", 75)


async def test_stars_that_somebody_else_gave_back_are_heard_of(
    channel: TelegramChannel, payments: Payments, chat: Chat
) -> None:
    made = await invoiced(payments, "75", "XTR")
    await payments.paid(1, made.id, charge="c1")
    for _ in range(2):
        await received(channel, happen.refunded_payment(5, made.id, 75, charge="c1"))
    assert chat.events == [("payment.paid", 75), ("payment.refunded", 75)]


async def test_card_money_cannot_be_given_back_by_a_bot(
    channel: TelegramChannel, payments: Payments
) -> None:
    made = await invoiced(payments)
    await payments.paid(1, made.id, charge="c1")
    with pytest.raises(Conflict, match="account of the payment provider"):
        await payments.refund(CHAT, made.id, amount=None, key="r1")


# ---------------------------------------------------------------- an invoice as a message


def row(payload: dict[str, Any]) -> Outgoing:
    return Outgoing(
        key="k",
        conversation_id=1,
        address=CHAT,
        seq=1,
        part=0,
        epoch=0,
        payload=payload,
        message_id="m",
        created_at=NOW,
    )


BILL = {"id": "P1", "title": "Заказ 12345", "amount": "1990.50", "currency": "RUB"}


async def test_a_reply_with_an_invoice_is_paid_in_the_chat(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    keyboard = Keyboard(rows=((Button(text="Отмена", payload="n"),),))
    reply = Reply(message_id="m", text="Ваш заказ", invoice=BILL, keyboard=keyboard)
    made = channel.render(CHAT, reply)
    assert PROVIDER not in repr(made)
    for call in made:
        await channel.send(row(call))
    words, bill = telegram.calls()
    assert (words.text, bill.method) == ("Ваш заказ", "sendInvoice")
    assert bill.parameters["provider_token"] == PROVIDER
    assert bill.button("Отмена") == "n"
    assert telegram.violations() == []


async def test_an_invoice_that_is_refused_is_told_in_words(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    telegram.script(status=400, description="Bad Request: PAYMENT_PROVIDER_INVALID")
    for call in channel.render(CHAT, Reply(message_id="m", invoice=BILL)):
        await channel.send(row(call))
    assert telegram.calls()[-1].text == "Заказ 12345\nЗаказ 12345"


def test_where_nobody_takes_money_an_invoice_is_words(
    connection: Connection, shelf: MemoryShelf, payments: Payments
) -> None:
    bare = opened(connection, shelf, payments, "")
    (call,) = bare.render(CHAT, Reply(message_id="m", invoice=BILL))
    assert call["text"] == "Заказ 12345: 1990.50 RUB"
