"""Random customers of a bot that pauses, waits, listens to events and has timetables."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from flows.frames import position_of
from flows.load import load_bot
from flows.model import ActionSpec, Bot
from tests.flows import test_random_dialogs as random_dialogs

BOT = """
bot: Доставка
timezone: Europe/Moscow
start: меню
user: {vip: yes_no}
defaults: {tries: 2, else: done, expires: 24h, quiet: 22:00-09:00}
meanwhile:
  - when: [/cancel, отмена]
    then: {go: cancel}
  - when: {event: weather.changed}
    then: [{say: Погода переменилась}, {wait: 2s}, {say: Берите зонт}]
  - when: {event: no_match}
    then: {say: Не поняла}
  - when: {every: 09:00, for: yes}
    then: [{say: Доброе утро}, {wait: 1m}, {say: Всё ли хорошо?}]
"""
FLOWS = """
flow: меню
when: [/start, /menu]
steps:
  выбор:
    - ask: Чем помочь?
      buttons:
        Заказать: {call: заказ}
        Отложить: {call: отложить}
      expires: never
    - go: выбор
---
flow: заказ
about: Заказать доставку
when: [/order, {contains: заказ}]
steps:
  что:
    - ask: Что привезти?
      save: что
      meanwhile:
        - when: {event: order.delivered}
          then: {say: Уже привезли}
  оплата:
    - say: Жду оплату
    - wait: 3s
    - say: Счёт отправлен
    - wait: {event: payment.paid, save: платёж, timeout: {after: 2h, then: [{say: Не дождалась}, {go: что}]}}
    - say: Оплачено
    - call: оценка
  вечер:
    - wait: 6h
    - say: Как доставка?
meanwhile:
  - when: {event: weather.changed, if: empty(платёж)}
    then: {say: Курьер задержится}
  - when: {event: expired}
    then: [{say: Закрываю заказ}, {wait: 40s}, {say: До свидания}]
  - when: {event: cancel}
    then: [{say: Отменяю}, {wait: {event: weather.changed}}, {say: Отменила}]
  - when: стоп
    then: [{say: Подумайте}, {wait: 2m}, done]
  - when: заново
    then: [{say: Сейчас}, {wait: 3m}, {go: что}]
---
flow: оценка
only_if: user.vip != yes
steps:
  а:
    - ask: Оцените от 1 до 5
      save: балл
      as: rating
      timeout: {after: 1h, then: done}
---
flow: отложить
when: [/later]
steps:
  а:
    - later: {id: потом, after: 90m, call: заказ}
    - say: Напомню
---
flow: доставлено
about: Спросить о доставке
when:
  - {event: order.delivered, if: trigger.data.n > 2}
  - {sends: photo, channel: web}
steps:
  а:
    - ask: Всё цело?
      as: yes_no
      save: цело
    - wait: {event: payment.paid}
    - say: Спасибо
"""
NAMES = ["payment.paid", "order.delivered", "weather.changed", "nobody.listens"]


def made(flows: str) -> Bot:
    files = {"bot.yaml": BOT, "flows/a.yaml": flows}
    return load_bot("courier", files, dict[str, ActionSpec]()).bot


random_dialogs.LOADED["courier"] = made(FLOWS)
random_dialogs.EDITED["courier"] = made(random_dialogs.edited(FLOWS))


class AtTheCourier(random_dialogs.Customer):
    name = "courier"

    @rule(event=st.sampled_from(NAMES), n=st.integers(0, 5))
    def something_happens(self, event: str, n: int) -> None:
        self.play.occur(event, n=n)

    @rule()
    def the_morning_comes(self) -> None:
        self.play.strike("09:00")

    @rule(text=st.sampled_from(["/order", "/later", "/start", "чай", "да", "5", "стоп", "заново"]))
    def orders(self, text: str) -> None:
        self.play.hear(text)

    @invariant()
    def whoever_waits_for_a_time_has_a_timer(self) -> None:
        stack = position_of(self.play.position).stack
        for frame in stack:
            wait = frame.wait
            if wait is not None and wait.kind in ("pause", "wait"):
                for name in wait.timers:
                    assert name in self.play.timers
                assert wait.timers or (wait.signature or ["", "", ""])[2].startswith("event ")

    @invariant()
    def no_timer_waits_for_a_wait_that_is_over(self) -> None:
        stack = position_of(self.play.position).stack
        waiting = {frame.wait.id for frame in stack if frame.wait is not None}
        kept: Counter[Any] = Counter(
            timer.payload["id"]
            for timer in self.play.timers.values()
            if timer.payload["kind"] in ("pause", "wait")
        )
        assert set(kept) <= waiting


TestAtTheCourier = pytest.mark.filterwarnings("default")(AtTheCourier.TestCase)
TestAtTheCourier.settings = random_dialogs.CALMLY
