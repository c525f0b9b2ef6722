"""The texts of a bot, keyed for translators."""

from flows.load import load_bot
from flows.translating import phrases
from tests.flows.loading import loaded

SHOP = """
flow: меню
about: Главное меню
when: [/start]
steps:
  выбор:
    - set: {слово: старт, привет: "Добрый день, {{ user.name }}"}
    - say:
        text: "{{ привет }}"
        cards:
          - {title: Кеды, text: Летние}
    - ask: Чем помочь?
      save: дело
      buttons: [Заказ, Возврат]
      retry: Выберите из списка.
      skip: Потом
      check: [{must: len(дело) > 1, say: Коротко.}]
      remind: {after: 5m, say: Вы тут?}
    - say: "{{ дело | default('пусто') }}"
  итог:
    - ask: Всё верно?
      as: yes_no
      save: верно
    - if: верно
      then:
        - say: |-
            Первая
            вторая
"""


def test_everything_customers_read_is_there_once_under_its_step() -> None:
    found = {one.key: one.text for one in phrases(loaded(SHOP))}
    assert found == {
        "меню.about": "Главное меню",
        "меню.выбор.1": "Добрый день, {{ user.name }}",
        "меню.выбор.2": "Кеды",
        "меню.выбор.3": "Летние",
        "меню.выбор.4": "Чем помочь?",
        "меню.выбор.5": "Заказ",
        "меню.выбор.6": "Возврат",
        "меню.выбор.7": "Потом",
        "меню.выбор.8": "Выберите из списка.",
        "меню.выбор.9": "Коротко.",
        "меню.выбор.10": "Вы тут?",
        "меню.выбор.11": "{{ дело | default('пусто') }}",
        "меню.итог.1": "Всё верно?",
        "меню.итог.2": "Первая\nвторая",
    }


def test_each_text_knows_its_line() -> None:
    places = {one.key: str(one.place) for one in phrases(loaded(SHOP))}
    assert places["меню.about"] == "flows/0.yaml:1"
    assert places["меню.выбор.4"] == "flows/0.yaml:11"


def test_what_queues_say_and_operators_have_ready_is_there_too() -> None:
    files = {
        "bot.yaml": "bot: А\nstart: а\nqueues:\n  люди:\n    say: Зову, вы {{ handoff.position }}-й.\n"
        "    customer_silent: 2h\n    nudge: {after: 1h, say: Вы тут?}\n",
        "flows/a.yaml": "flow: а\nwhen: /start\nsteps: {а: {say: Да.}}\n",
        "canned.yaml": "адрес: Лесная, 5\n",
    }
    found = {one.key: one.text for one in phrases(load_bot("а", files, {}).bot)}
    assert found == {
        "а.а.1": "Да.",
        "queues.люди.say": "Зову, вы {{ handoff.position }}-й.",
        "queues.люди.nudge": "Вы тут?",
        "canned.адрес": "Лесная, 5",
    }
