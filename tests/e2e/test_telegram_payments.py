"""A customer pays inside Telegram: the same flow that would show a bank's page elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.easyflow import EasyFlow
from tests.servers.telegram import TOKEN, FakeTelegram, message

PROVIDER = "381764678:TEST:canary-of-a-provider"
BOT = """\
bot: Касса
language: ru
"""
FLOW = """\
flow: счёт
when: [счёт]
steps:
  счёт:
    - do: pay.invoice
      with: {amount: 1990, title: Заказ 5}
      save: счёт
    - say: {text: Ваш счёт, buttons: {Оплатить: {url: "{{ счёт.url }}"}, Вопрос: {call: звёзды}}}
    - wait: {event: payment.paid, save: платёж}
    - say: "Спасибо, {{ платёж.amount }}!"
    - do: pay.refund
      with: {id: "{{ счёт.id }}"}
      failed: [{say: Деньги вернёт магазин}]

---
flow: звёзды
when: [звёзды]
steps:
  счёт:
    - do: pay.invoice
      with: {amount: 75, title: Звезда, currency: XTR}
      save: счёт
    - say: "Ссылка на счёт: {{ счёт.url }}"
    - wait: {event: payment.paid}
    - do: pay.refund
      with: {id: "{{ счёт.id }}"}
    - wait: {event: payment.refunded, save: возврат}
    - say: "Вернули {{ возврат.amount }}"
"""


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram.start() as telegram:
        yield telegram
        assert telegram.violations() == []


@pytest.fixture
def server(tmp_path: Path, telegram: FakeTelegram) -> Iterator[EasyFlow]:
    folder = tmp_path / "bots" / "till"
    (folder / "flows").mkdir(parents=True)
    (folder / "bot.yaml").write_text(BOT, encoding="utf-8")
    (folder / "flows" / "f.yaml").write_text(FLOW, encoding="utf-8")
    running = EasyFlow(
        tmp_path / "data",
        bots=tmp_path / "bots",
        telegram__api_base=telegram.base,
        telegram__token=TOKEN,
        telegram__payments=PROVIDER,
        pay__sandbox="no",
    )
    with running:
        yield running


async def test_a_card_payment_goes_through_telegram_and_the_chat_goes_on(
    telegram: FakeTelegram, server: EasyFlow
) -> None:
    telegram.update(message(5, "счёт"))
    bill = (await telegram.expect(1, method="sendInvoice", chat_id=5))[-1]
    assert bill.parameters["title"] == "Заказ 5"
    assert bill.parameters["description"] == "Ваш счёт"
    assert bill.parameters["prices"] == [{"label": "Заказ 5", "amount": 199_000}]
    labels = [row[0]["text"] for row in bill.parameters["reply_markup"]["inline_keyboard"]]
    assert labels == ["Оплатить", "Вопрос"]
    assert (await telegram.pay(5))["paid"]
    calls = await telegram.expect(2, chat_id=5)
    assert [call.text for call in calls] == ["Спасибо, 1990!", "Деньги вернёт магазин"]
    kept = b"".join(path.read_bytes() for path in server.data.rglob("*.db*"))
    assert PROVIDER.encode() not in kept
    assert PROVIDER not in server.log
    assert "W092" not in server.log


async def test_stars_are_paid_by_a_link_and_given_back(
    telegram: FakeTelegram, server: EasyFlow
) -> None:
    telegram.update(message(7, "звёзды"))
    said = (await telegram.expect(1, chat_id=7))[-1].text
    link = said.removeprefix("Ссылка на счёт: ")
    assert not (await telegram.pay(6, link=link))["paid"]
    assert (await telegram.pay(7, link=link))["paid"]
    calls = await telegram.expect(2, chat_id=7)
    assert calls[-1].text == "Вернули 75"
